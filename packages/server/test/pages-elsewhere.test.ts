/** What a web page of another origin may ask of a server: all that a player needs where its origin is allowed, else nothing. */
import { describe, expect, test } from 'vitest';
import type { LinkStore, NewLink } from '../src/domain/access/link-sharing.ts';
import { closedAuthority } from './support/closed-authority.ts';
import { startTestServer } from './support/test-server.ts';

const HOME = 'https://home.example';
const FOREIGN = ['https://evil.example', 'http://home.example', 'https://home.example:8443', 'null'];

async function startEmbeddable(allowedOrigins: readonly string[]) {
  const { authority, sign } = closedAuthority();
  const kept: NewLink[] = [];
  const links: LinkStore = {
    addLink: (link) => {
      kept.push(link);
      return { token: 'a.b.c', name: 'link', expiresAtMs: link.expiresAtMs };
    },
  };
  const server = await startTestServer({ authority, links, allowedOrigins });
  const authorization = `Bearer ${sign('view', 'cam', { mayShare: true })}`;
  const ask = (path: string, origin: string, { headers, ...init }: RequestInit = {}) =>
    fetch(server.httpUrl + path, { ...init, headers: { authorization, origin, ...headers } });
  const postLink = (origin: string) =>
    ask('/api/streams/cam/links', origin, {
      method: 'POST',
      body: '{"expires_in":3600}',
      headers: { 'content-type': 'application/json' },
    });
  /** What a browser asks before it sends a token or JSON. */
  const preflight = (path: string, origin: string, method: string) =>
    ask(path, origin, {
      method: 'OPTIONS',
      headers: {
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  return { server, kept, ask, postLink, preflight };
}

const ASKED = ['/api/streams', '/turn-credentials'];

describe('a page of an origin that the owner named', () => {
  test.each(ASKED)('[LIMIT9] reads %s, with a token', async (path) => {
    const { ask } = await startEmbeddable([HOME]);
    const { status, headers } = await ask(path, HOME);
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe(HOME);
    expect(headers.get('vary')).toContain('Origin');
  });

  test.each([
    ['GET', '/api/streams'],
    ['GET', '/api/streams/cam/snapshot.jpg'],
    ['POST', '/api/streams/cam/links'],
    ['GET', '/turn-credentials'],
  ])('[LIMIT9] is told before it asks that it may %s %s', async (method, path) => {
    const { preflight } = await startEmbeddable([HOME]);
    const { status, headers } = await preflight(path, HOME, method);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(HOME);
    expect(headers.get('access-control-allow-methods')?.split(',')).toContain(method);
    const allowed = headers.get('access-control-allow-headers')?.toLowerCase().split(',');
    expect(allowed).toEqual(expect.arrayContaining(['authorization', 'content-type']));
    // Tokens are sent by the page's own code; a cookie is never one.
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('[LIMIT9] reads that it asked too often, and when to come again', async () => {
    const { authority } = closedAuthority();
    const limits = { requestsPerSecond: 1 };
    const server = await startTestServer({ authority, limits, allowedOrigins: [HOME] });
    const ask = () => fetch(`${server.httpUrl}/api/streams`, { headers: { origin: HOME } });
    let answer = await ask();
    while (answer.status !== 429) answer = await ask();
    expect(answer.headers.get('access-control-allow-origin')).toBe(HOME);
    expect(answer.headers.get('access-control-expose-headers')).toContain('Retry-After');
  });

  test('[LIMIT9] [LINK2] makes a link, and reads why it may not', async () => {
    const { kept, ask, postLink } = await startEmbeddable([HOME]);
    const made = await postLink(HOME);
    expect([made.status, made.headers.get('access-control-allow-origin')]).toEqual([201, HOME]);
    expect(kept).toHaveLength(1);
    const headers = { authorization: 'Bearer a.b.c', 'content-type': 'application/json' };
    const refused = await ask('/api/streams/cam/links', HOME, { method: 'POST', body: '{}', headers });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, HOME]);
  });

  test('[LIMIT9] reads of a still what there is to read, here that there is no camera', async () => {
    const { ask } = await startEmbeddable([HOME]);
    const { status, headers } = await ask('/api/streams/cam/snapshot.jpg', HOME);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([503, HOME]);
    expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
  });

  test('[LIMIT9] needs no name where every page may', async () => {
    const { ask, postLink } = await startEmbeddable(['*']);
    for (const origin of [HOME, ...FOREIGN]) {
      expect((await ask('/api/streams', origin)).headers.get('access-control-allow-origin')).toBe(origin);
      expect((await postLink(origin)).status).toBe(201);
    }
  });
});

describe.each(FOREIGN)('a page of %s, which nobody named', (origin) => {
  test.each([...ASKED, '/api/streams/cam/snapshot.jpg'])(
    '[LIMIT9] is refused %s, also with a token',
    async (path) => {
      const { ask } = await startEmbeddable([HOME]);
      const { status, headers } = await ask(path, origin);
      expect([status, headers.get('access-control-allow-origin')]).toEqual([403, null]);
      expect(headers.get('vary')).toContain('Origin');
    },
  );

  test('[LIMIT9] makes no link, and is told so before it tries', async () => {
    const { kept, postLink, preflight } = await startEmbeddable([HOME]);
    const asked = await preflight('/api/streams/cam/links', origin, 'POST');
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    const answer = await postLink(origin);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      code: 'forbidden',
      detail: expect.stringContaining('--allow-origin'),
    });
    expect(kept).toEqual([]);
  });
});

test("[LIMIT9] the server's own page posts, although browsers name its origin too", async () => {
  const { server, postLink } = await startEmbeddable([]);
  expect((await postLink(server.httpUrl)).status).toBe(201);
});
