/** How the viewer's files are sent: which one for which path, how small, to whom, and for how long. */
import { type IncomingHttpHeaders, request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { chooseCoding } from '../src/adapters/http/content-coding.ts';
import { INDEX_HTML, makeSite, startTestServer } from './support/test-server.ts';

const CHECK_HTML = '<!doctype html><title>Check</title>';
const PLAYER = `export const words = ${JSON.stringify('a player, and a player, and '.repeat(100))};`;
const NOISE = Uint8Array.from({ length: 2000 }, (_, n) => (n * 7919) % 251);

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** As it travels: fetch would decode it. */
function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    })
      .on('error', reject)
      .end();
  });
}

async function startSite(more: Parameters<typeof makeSite>[0] = {}) {
  const { httpUrl } = await startTestServer({ siteDirectory: await makeSite(more) });
  return (path: string, headers?: Record<string, string>, method?: string) =>
    get(httpUrl + path, headers, method);
}

describe('the page that says why', () => {
  test.each(['/check', '/check/cam', '/check/front%20door'])('%s is check.html', async (path) => {
    const fetchFile = await startSite({ 'check.html': CHECK_HTML });
    const { status, headers, body } = await fetchFile(path);
    expect([status, body.toString()]).toEqual([200, CHECK_HTML]);
    expect(headers['cache-control']).toBe('no-cache');
  });

  test('is the one page where the folder has no other, and has no folders', async () => {
    const fetchFile = await startSite();
    expect((await fetchFile('/check/cam')).body.toString()).toBe(INDEX_HTML);
    expect((await fetchFile('/check/a/b')).status).toBe(404);
  });
});

describe('a text file', () => {
  test.each([
    ['gzip, deflate', 'gzip', gunzipSync],
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
  ] as const)('is sent to who takes %s as %s', async (accepted, coding, decode) => {
    const fetchFile = await startSite({ 'assets/player.js': PLAYER });
    const { headers, body } = await fetchFile('/assets/player.js', { 'accept-encoding': accepted });
    expect(headers['content-encoding']).toBe(coding);
    expect(headers['content-type']).toMatch(/^text\/javascript/);
    expect(headers['content-length']).toBe(String(body.length));
    expect(headers.vary).toBe('Accept-Encoding');
    expect(body.length).toBeLessThan(PLAYER.length / 5);
    expect(decode(body).toString()).toBe(PLAYER);
  });

  test('is sent as it is to who takes no other, and a cache is told that there are others', async () => {
    const fetchFile = await startSite({ 'assets/player.js': PLAYER });
    const { headers, body } = await fetchFile('/assets/player.js');
    expect(body.toString()).toBe(PLAYER);
    expect(headers['content-encoding']).toBeUndefined();
    expect(headers.vary).toBe('Accept-Encoding');
  });

  test('has an ETag for each of its codings, and is not sent to who has it', async () => {
    const fetchFile = await startSite({ 'assets/player.js': PLAYER });
    const etags = await Promise.all(
      ['identity', 'gzip', 'br'].map(async (accepted) => {
        const headers = { 'accept-encoding': accepted };
        const { etag } = (await fetchFile('/assets/player.js', headers)).headers;
        for (const held of [`${etag}`, `"other", W/${etag}`]) {
          const again = await fetchFile('/assets/player.js', { ...headers, 'if-none-match': held });
          expect(again).toMatchObject({ status: 304, headers: { etag, vary: 'Accept-Encoding' } });
          expect(again.body).toHaveLength(0);
        }
        const other = await fetchFile('/assets/player.js', { ...headers, 'if-none-match': '"other"' });
        expect(other.status).toBe(200);
        return etag;
      }),
    );
    expect(new Set(etags).size).toBe(3);
  });

  test('has the length of what it would send in the answer to HEAD', async () => {
    const fetchFile = await startSite({ 'assets/player.js': PLAYER });
    const headers = { 'accept-encoding': 'gzip' };
    const { body } = await fetchFile('/assets/player.js', headers);
    const head = await fetchFile('/assets/player.js', headers, 'HEAD');
    expect(head.headers['content-length']).toBe(String(body.length));
    expect(head.body).toHaveLength(0);
  });
});

test('what is small or does not get smaller is sent as it is', async () => {
  const fetchFile = await startSite({ 'icon.png': NOISE });
  for (const path of ['/icon.png', '/']) {
    const { headers } = await fetchFile(path, { 'accept-encoding': 'gzip, br' });
    expect([headers['content-encoding'], headers.vary]).toEqual([undefined, undefined]);
  }
});

test.each([
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['gzip, br', 'br'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['br; q=0.1, gzip; q=1', 'br'],
  ['*', 'br'],
  ['*;q=0', undefined],
  ['br;q=0, *', 'gzip'],
  ['br;q=nonsense', undefined],
])('Accept-Encoding %j chooses %j', (header, expected) => {
  const both = new Map([
    ['br', 0],
    ['gzip', 0],
  ] as const);
  expect(chooseCoding(header, both)).toBe(expected);
});

describe('the files with a path of their own', () => {
  test('the element is for pages of every origin, and looked at again after some minutes', async () => {
    const fetchFile = await startSite({ 'perch-player.js': PLAYER });
    const headers = { origin: 'https://elsewhere.example', 'accept-encoding': 'gzip' };
    const answer = await fetchFile('/perch-player.js', headers);
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'public, max-age=300',
        'content-type': expect.stringMatching(/^text\/javascript/),
        'content-encoding': 'gzip',
      },
    });
    const held = { ...headers, 'if-none-match': String(answer.headers.etag) };
    expect(await fetchFile('/perch-player.js', held)).toMatchObject({
      status: 304,
      headers: { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' },
    });
  });

  test('no other file is for pages elsewhere', async () => {
    const fetchFile = await startSite({ 'sw.js': 'self;' });
    for (const path of ['/', '/sw.js', '/assets/player-3f2a.js', '/watch/cam', '/check']) {
      const { headers } = await fetchFile(path, { origin: 'https://elsewhere.example' });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  test('the service worker is asked for anew each time, and the manifest has its type', async () => {
    const fetchFile = await startSite({ 'sw.js': 'self;', 'manifest.webmanifest': '{}' });
    expect((await fetchFile('/sw.js')).headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/javascript/),
      'cache-control': 'no-cache',
    });
    expect((await fetchFile('/manifest.webmanifest')).headers['content-type']).toMatch(
      /^application\/manifest\+json/,
    );
  });
});

test('a page may have a worker, a manifest and the camera of its own server, and no microphone or place', async () => {
  const fetchFile = await startSite();
  const { headers } = await fetchFile('/');
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("worker-src 'self'");
  expect(policy).toContain("manifest-src 'self'");
  expect(policy).toContain("media-src 'self' blob:");
  const features = String(headers['permissions-policy']).split(', ');
  expect(features).toEqual(
    expect.arrayContaining([
      'camera=(self)',
      'fullscreen=(self)',
      'picture-in-picture=(self)',
      'screen-wake-lock=(self)',
      'microphone=()',
      'geolocation=()',
    ]),
  );
});
