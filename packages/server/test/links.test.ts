/** Links that viewers make for others, over HTTP and in the owner's folder. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createClosedAuthority, openTokenStore } from '../src/adapters/access/authorities.ts';
import type { TokenRequest } from '../src/adapters/access/token-store.ts';
import { REVOCATION_CHECK_MS } from '../src/domain/access/closed-authority.ts';
import type { Limits } from '../src/domain/limits/limits.ts';
import { ManualScheduler } from './support/manual-scheduler.ts';
import { startTestServer } from './support/test-server.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** A closed server with a folder of its own. */
async function startClosed(limits: Partial<Limits> = {}) {
  const directory = join(mkdtempSync(join(tmpdir(), 'perch-links-')), 'state');
  onTestFinished(() => rmSync(join(directory, '..'), { recursive: true }));
  // The server's own clock is as manual, and starts at the same time.
  const clock = new ManualScheduler();
  const store = openTokenStore(directory, clock);
  const authority = createClosedAuthority(store, clock);
  const server = await startTestServer({ authority, links: store, limits });
  const issue = (request: Partial<TokenRequest> = {}): string => {
    const issued = store.issue({ right: 'view', streamId: 'cam', name: 'Ann', mayShare: true, ...request });
    if (!issued.ok) throw new Error(issued.reason);
    return issued.token;
  };
  const ask = async (token: string | undefined, wish: unknown, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${server.httpUrl}/api/streams/cam/links`, {
      method: 'POST',
      body: typeof wish === 'string' ? wish : JSON.stringify(wish),
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...init,
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body };
  };
  const advance = (ms: number) => {
    clock.advance(ms);
    server.scheduler.advance(ms);
  };
  const link = async (token: string, wish: object = { expires_in: 3600 }): Promise<string> => {
    const { status, body } = await ask(token, wish);
    expect(status).toBe(201);
    return String(body['token']);
  };
  return { server, store, authority, clock, directory, issue, ask, link, advance };
}

test('[LINK2] [LINK3] a link made by a viewer views the stream, and makes no further ones', async () => {
  const { server, authority, clock, issue, ask } = await startClosed();
  const { status, headers, body } = await ask(issue(), { expires_in: 3600, name: ' Bob ' });
  expect(status).toBe(201);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(body).toEqual({
    token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    name: 'Bob',
    expires_at: new Date(Math.floor(clock.now() / 1000) * 1000 + HOUR_MS).toISOString(),
  });
  const token = String(body['token']);
  expect(authority.check(token, 'view', 'cam').ok).toBe(true);
  for (const [right, stream] of [
    ['publish', 'cam'],
    ['view', 'garden'],
  ] as const)
    expect(authority.check(token, right, stream)).toMatchObject({ code: 'forbidden' });
  const viewer = await server.connect();
  viewer.send({ type: 'join', stream_id: 'cam', token });
  expect(await viewer.next()).toMatchObject({ type: 'joined' });
  expect(await ask(token, { expires_in: 3600 })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
});

test('[LINK3] it ends after its time, after a week, or with the token that it was made with', async () => {
  const { authority, clock, issue, ask, link, advance } = await startClosed();
  const endless = issue();
  const short = issue({ name: 'Short', lifetimeMs: HOUR_MS });
  const lifetimeMs = async (token: string, expires_in: number) => {
    const { body } = await ask(token, { expires_in });
    return Date.parse(String(body['expires_at'])) - Math.floor(clock.now() / 1000) * 1000;
  };
  expect(await lifetimeMs(endless, 600)).toBe(10 * MINUTE_MS);
  expect(await lifetimeMs(endless, 30 * 24 * 3600)).toBe(7 * DAY_MS);
  expect(await lifetimeMs(short, 24 * 3600)).toBe(HOUR_MS);
  const token = await link(endless, { expires_in: 300 });
  advance(5 * MINUTE_MS - 1000);
  expect(authority.check(token, 'view', 'cam').ok).toBe(true);
  advance(1000);
  expect(authority.check(token, 'view', 'cam')).toMatchObject({ code: 'token-expired' });
});

test('[LINK2] the owner sees who made it, under a name of its own', async () => {
  const { store, issue, ask } = await startClosed();
  const sharer = issue();
  const names: unknown[] = [];
  for (const name of ['Bob', 'Bob', 'Ann', undefined, undefined, 'x'.repeat(64), 'x'.repeat(64)])
    names.push((await ask(sharer, { expires_in: 3600, name })).body['name']);
  const wanted = [
    'Bob',
    'Bob 2',
    'Ann 2',
    'link of Ann',
    'link of Ann 2',
    'x'.repeat(64),
    `${'x'.repeat(62)} 2`,
  ];
  expect(names).toEqual(wanted);
  // Those of one second are listed in any order.
  const entries = store.list().map((it) => it.claims);
  const ann = entries.find((it) => it.sharedBy === undefined);
  const links = entries.filter((it) => it.sharedBy === ann?.id);
  expect(links.map((it) => it.name).sort()).toEqual([...wanted].sort());
  expect(entries).toHaveLength(wanted.length + 1);
});

test('[LINK4] when the sharer is revoked, so are all its links, whose viewers are put out; others stay', async () => {
  const { server, store, authority, clock, issue, link } = await startClosed();
  const token = await link(issue());
  const other = await link(issue({ name: 'Carl' }));
  const [guest, stranger] = [await server.connect(), await server.connect()];
  guest.send({ type: 'join', stream_id: 'cam', token });
  stranger.send({ type: 'join', stream_id: 'cam', token: other });
  for (const viewer of [guest, stranger]) expect(await viewer.next()).toMatchObject({ type: 'joined' });
  expect(await guest.next()).toMatchObject({ code: 'stream-not-available' });
  store.revoke('Ann');
  clock.advance(REVOCATION_CHECK_MS);
  expect(await guest.next()).toMatchObject({ type: 'error', code: 'token-revoked' });
  expect(authority.check(token, 'view', 'cam')).toMatchObject({ code: 'token-revoked' });
  expect(authority.check(other, 'view', 'cam').ok).toBe(true);
  const revoked = store.list().filter((it) => it.revokedAtMs !== undefined);
  expect(revoked.map(({ claims }) => claims.name).sort()).toEqual(['Ann', 'link of Ann']);
});

test('[LINK4] a link is revoked alone, and its sharer goes on', async () => {
  const { store, authority, clock, issue, link } = await startClosed();
  const sharer = issue();
  const token = await link(sharer);
  expect(store.revoke('link of Ann')).toHaveLength(1);
  clock.advance(REVOCATION_CHECK_MS);
  expect(authority.check(token, 'view', 'cam')).toMatchObject({ code: 'token-revoked' });
  expect(authority.check(sharer, 'view', 'cam').ok).toBe(true);
});

test.each([
  'no json',
  '[]',
  {},
  { expires_in: '3600' },
  { expires_in: 299 },
  { expires_in: -1 },
  { expires_in: 3600.5 },
  { expires_in: 1e300 },
  { expires_in: 3600, name: '' },
  { expires_in: 3600, name: 'x'.repeat(65) },
  { expires_in: 3600, name: 'two\nlines' },
  { expires_in: 3600, name: 7 },
])('[LINK5] the wish %j is refused, and nothing is kept', async (wish) => {
  const { store, issue, ask } = await startClosed();
  const { status, headers, body } = await ask(issue(), wish);
  expect([status, body['code']]).toEqual([400, 'bad-message']);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(store.list()).toHaveLength(1);
});

test('[LINK5] without a right, and as another type or too long, it is refused', async () => {
  const { issue, ask } = await startClosed();
  const wish = { expires_in: 3600 };
  const sharer = issue();
  const codeOf = async (...args: Parameters<typeof ask>) => {
    const { status, body } = await ask(...args);
    return [status, body['code']];
  };
  expect(await codeOf(undefined, wish)).toEqual([401, 'token-missing']);
  expect(await codeOf('a.b.c', wish)).toEqual([401, 'token-invalid']);
  expect(await codeOf(issue({ name: 'Bob', mayShare: false }), wish)).toEqual([403, 'forbidden']);
  expect(await codeOf(issue({ name: 'Eve', streamId: 'garden' }), wish)).toEqual([403, 'forbidden']);
  // Who has no right is not told what a wish looks like.
  expect(await codeOf(undefined, 'no json')).toEqual([401, 'token-missing']);
  expect(await codeOf(sharer, { ...wish, name: 'x'.repeat(5000) })).toEqual([413, 'too-large']);
  const asText = { 'content-type': 'text/plain', authorization: `Bearer ${sharer}` };
  expect((await ask(sharer, wish, { headers: asText })).status).toBe(415);
});

test('[LINK5] an open server has no tokens, and makes no links', async () => {
  const server = await startTestServer();
  const answer = await fetch(`${server.httpUrl}/api/streams/cam/links`, {
    method: 'POST',
    body: '{"expires_in":3600}',
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('open') });
});

test('[LINK5] one sharer makes so many an hour; another is not touched', async () => {
  const { issue, ask, advance } = await startClosed({ linksPerHour: 2 });
  const [ann, bob] = [issue(), issue({ name: 'Bob' })];
  const wish = { expires_in: 3600 };
  const statuses = async (token: string, count: number) => {
    const all: number[] = [];
    for (let n = 0; n < count; n++) all.push((await ask(token, wish)).status);
    return all;
  };
  expect(await statuses(ann, 3)).toEqual([201, 201, 429]);
  expect(await statuses(bob, 1)).toEqual([201]);
  const { headers } = await ask(ann, wish);
  expect(headers.get('retry-after')).toBe('1800');
  advance(1_800_000);
  expect(await statuses(ann, 2)).toEqual([201, 429]);
});

test('[LINK5] a folder that others may read keeps no link: the answer says so, and the log why', async () => {
  const { server, directory, issue, ask } = await startClosed();
  const sharer = issue();
  await (await server.connect()).settle();
  const [file = ''] = readdirSync(join(directory, 'tokens'));
  chmodSync(join(directory, 'tokens', file), 0o644);
  const { status, body } = await ask(sharer, { expires_in: 3600 });
  expect([status, body['code']]).toEqual([503, 'refused']);
  expect(JSON.stringify(body)).not.toContain(directory);
  expect(server.log).toContainEqual(
    expect.objectContaining({ msg: 'a link can not be kept', reason: expect.stringContaining('chmod 600') }),
  );
});

test('[LINK6] the list of streams says whether its token may share', async () => {
  const { server, issue, link } = await startClosed();
  const sharer = issue();
  const streams = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await (await fetch(`${server.httpUrl}/api/streams`, { headers })).json()) as unknown;
  };
  const row = { stream_id: 'cam', live: false, viewers: 0 };
  expect(await streams(sharer)).toEqual({ streams: [{ ...row, share: true }] });
  for (const token of [await link(sharer), issue({ name: 'Bob', mayShare: false })])
    expect(await streams(token)).toEqual({ streams: [row] });
});

test('a link that has been over for a day is forgotten with its mark; what the owner made stays for longer', async () => {
  const { store, directory, issue, link, advance } = await startClosed();
  const sharer = issue();
  issue({ name: 'Old', lifetimeMs: MINUTE_MS });
  await link(sharer, { expires_in: 300, name: 'Bob' });
  store.revoke('Bob');
  const [bob] = store.list().filter(({ claims }) => claims.name === 'Bob');
  const mark = join(directory, 'tokens', `${bob?.claims.id}.revoked`);
  const names = () =>
    store
      .list()
      .map(({ claims }) => claims.name)
      .sort();
  advance(DAY_MS);
  await link(sharer, { expires_in: 300, name: 'Carl' });
  expect(names()).toEqual(['Ann', 'Bob', 'Carl', 'Old']);
  expect(existsSync(mark)).toBe(true);
  advance(5 * MINUTE_MS);
  await link(sharer, { expires_in: 300, name: 'Dora' });
  expect(names()).toEqual(['Ann', 'Carl', 'Dora', 'Old']);
  expect(existsSync(mark)).toBe(false);
});

test('[AUTH4] a link is counted and logged without its token or a name', async () => {
  const { server, issue, ask } = await startClosed();
  const sharer = issue();
  const { body } = await ask(sharer, { expires_in: 3600, name: 'Bob' });
  await ask(undefined, {});
  const metrics = await (await fetch(`${server.httpUrl}/metrics`)).text();
  expect(metrics).toContain('perch_links_made_total 1\n');
  expect(metrics).toContain('perch_refusals_total{code="token-missing",request="link"} 1\n');
  expect(server.log).toContainEqual(expect.objectContaining({ msg: 'a viewer made a link', stream: 'cam' }));
  const written = server.logLines.join('') + metrics;
  for (const secret of [sharer, String(body['token']), 'Bob']) expect(written).not.toContain(secret);
});
