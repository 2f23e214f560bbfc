import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { openAuthority } from '../src/adapters/access/authorities.ts';
import { startServer } from '../src/index.ts';
import { ServerStartError } from '../src/server-start-error.ts';
import {
  API_TOKEN,
  answerJson,
  KEY_ID,
  LIST_ANSWER,
  RELAY_SERVER,
  startFakeCloudflare,
} from './support/fake-cloudflare.ts';
import { ManualScheduler } from './support/manual-scheduler.ts';
import { INDEX_HTML, makeSite, startTestServer } from './support/test-server.ts';

const cloudflare = (apiUrl: string) => ({
  kind: 'cloudflare' as const,
  keyId: KEY_ID,
  apiToken: API_TOKEN,
  apiUrl,
});

const authority = openAuthority(new Uint8Array(32));
const silent = pino({ level: 'silent' });

/** A GET whose path is sent as it is: fetch would tidy it. */
function getRaw(port: number, path: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe('health', () => {
  test('[LIFE4] the first three members are status, broadcasters, viewers', async () => {
    const server = await startTestServer();
    const camera = await server.connect();
    await camera.register('cam');
    for (let n = 0; n < 2; n++) await (await server.connect()).join('cam');
    server.scheduler.advance(4_200);
    const health = await server.json('/health');
    expect(Object.entries(health).slice(0, 3)).toEqual([
      ['status', 'ok'],
      ['broadcasters', 1],
      ['viewers', 2],
    ]);
    expect(health).toMatchObject({
      turn: { kind: 'stun', available: false },
      uptimeSeconds: 4,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/u),
    });
  });
});

describe('TURN credentials over HTTP', () => {
  test("[ICE1] [ICE2] messages and /turn-credentials carry Cloudflare's servers", async () => {
    const { apiUrl } = await startFakeCloudflare(answerJson(201, LIST_ANSWER));
    const server = await startTestServer({ turn: cloudflare(apiUrl) });
    const stun = ['stun:stun.l.google.com:19302', 'stun:stun.cloudflare.com:3478'];
    const ice_servers = [{ urls: stun }, RELAY_SERVER];
    const camera = await server.connect();
    camera.send({ type: 'register', stream_id: 'cam' });
    expect(await camera.next()).toEqual({
      type: 'registered',
      stream_id: 'cam',
      ice_servers,
      ice_ttl: expect.any(Number),
    });
    // It starts with what was minted ahead for a viewer, and is given its own a moment later.
    expect(await camera.next()).toEqual({ type: 'ice-servers', ice_servers, ice_ttl: expect.any(Number) });
    const viewer = await server.connect();
    viewer.send({ type: 'join', stream_id: 'cam' });
    expect(await viewer.next()).toMatchObject({ type: 'joined', ice_servers });
    expect(await camera.next()).toMatchObject({ type: 'viewer-joined', ice_servers });

    const response = await fetch(`${server.httpUrl}/turn-credentials`);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { urls, ...login } = RELAY_SERVER;
    expect(await response.json()).toEqual({
      iceServers: [...stun.map((url) => ({ urls: url })), ...urls.map((url) => ({ urls: url, ...login }))],
    });
    expect(await server.json('/health')).toMatchObject({ turn: { kind: 'cloudflare', available: true } });
  });

  test('[ICE3] when Cloudflare refuses, STUN alone and a reason; the log warns and keeps the token', async () => {
    const { apiUrl } = await startFakeCloudflare(answerJson(401, {}));
    const server = await startTestServer({ turn: cloudflare(apiUrl) });
    const reason = 'Cloudflare refused the TURN API token (HTTP 401)';
    expect(await server.json('/turn-credentials')).toEqual({
      iceServers: [{ urls: 'stun:stun.l.google.com:19302' }, { urls: 'stun:stun.cloudflare.com:3478' }],
      turn: { available: false, reason },
    });
    const camera = await server.connect();
    camera.send({ type: 'register', stream_id: 'cam' });
    expect(await camera.next()).toMatchObject({
      ice_servers: [{ urls: ['stun:stun.l.google.com:19302', 'stun:stun.cloudflare.com:3478'] }],
    });
    expect(await server.json('/health')).toMatchObject({ status: 'ok', turn: { available: false, reason } });
    expect(server.log).toContainEqual(expect.objectContaining({ level: 40, reason }));
    expect(server.logLines.join('')).not.toContain(API_TOKEN);
  });

  test('a Cloudflare that hangs holds the start up for 3 s, no more', async () => {
    const { apiUrl, asked } = await startFakeCloudflare(() => {});
    const scheduler = new ManualScheduler();
    const options = {
      host: '127.0.0.1',
      port: 0,
      siteDirectory: await makeSite(),
      log: silent,
      authority,
      turn: cloudflare(apiUrl),
    };
    const starting = startServer(options, { scheduler });
    await asked;
    scheduler.advance(3000);
    const server = await starting;
    expect(await (await fetch(`http://127.0.0.1:${server.port}/turn-credentials`)).json()).toMatchObject({
      turn: { available: false, reason: expect.stringContaining('3 s') },
    });
    await server.close();
    expect(scheduler.nextInMs).toBeUndefined();
  });
});

describe('the viewer', () => {
  test.each([
    '/',
    '/watch/cam',
    '/watch/front%20door',
    '/watch/a%2Fb',
    '/watch/%E7%8E%84',
    '/watch/%E0%A4%A',
    '/watch/%',
  ])('%s is the page, checked at every visit', async (path) => {
    const server = await startTestServer();
    const response = await fetch(server.httpUrl + path);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(INDEX_HTML);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const etag = response.headers.get('etag') ?? '';
    const again = await fetch(server.httpUrl + path, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });

  test('hashed assets are kept for ever', async () => {
    const server = await startTestServer();
    const response = await fetch(`${server.httpUrl}/assets/player-3f2a.js`);
    expect(await response.text()).toBe('export {};');
    expect(response.headers.get('content-type')).toMatch(/^text\/javascript/u);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  test.each(['/', '/watch/cam', '/assets/player-3f2a.js', '/health', '/turn-credentials'])(
    'HEAD %s has the headers and no body',
    async (path) => {
      const server = await startTestServer();
      const response = await fetch(server.httpUrl + path, { method: 'HEAD' });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('');
    },
  );

  test.each([
    '/nope',
    '/assets/',
    '/assets/nope.js',
    '/watch/',
    '/watch/a/b',
    '/.hidden',
    '/%2ehidden',
    '/%',
  ])('%s is 404, in a few words', async (path) => {
    const server = await startTestServer();
    expect(await getRaw(server.running.port, path)).toEqual({ status: 404, body: 'Not found\n' });
  });

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/%252e%252e/secret.txt',
    '//../secret.txt',
    '/assets/player-3f2a.js%00',
  ])('%s does not leave the folder', async (path) => {
    const server = await startTestServer();
    const { status, body } = await getRaw(server.running.port, path);
    expect([400, 404]).toContain(status);
    expect(body).not.toContain('not for the web');
  });

  test('every answer carries the security headers', async () => {
    const server = await startTestServer();
    for (const path of ['/', '/nope', '/health', '/assets/player-3f2a.js']) {
      const { headers } = await fetch(server.httpUrl + path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toContain(
        `default-src 'self'; connect-src 'self' ws://${new URL(server.httpUrl).host} wss://${new URL(server.httpUrl).host};`,
      );
    }
  });
});

describe('starting', () => {
  test('a port in use is a ServerStartError that says so, without a stack trace to decode', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const error = await startTestServer({ port }).catch((caught: unknown) => caught);
    holder.close();
    expect(error).toBeInstanceOf(ServerStartError);
    expect(error).toMatchObject({
      reason: 'port-in-use',
      message: expect.stringContaining(String(port)),
      cause: { code: 'EADDRINUSE' },
    });
  });

  test.each([
    ['host-unknown', { host: '192.0.2.1' }],
    ['failed', { port: 70_000 }],
    ['site-missing', { siteDirectory: '/nonexistent/site' }],
  ])('%s is told apart', async (reason, options) => {
    await expect(startTestServer(options)).rejects.toMatchObject({ name: 'ServerStartError', reason });
  });

  test('a failed start leaves nothing behind', async () => {
    const scheduler = new ManualScheduler();
    const options = { host: '192.0.2.1', port: 0, siteDirectory: await makeSite(), log: silent, authority };
    const started = startServer({ ...options, turn: { kind: 'stun' } }, { scheduler });
    await expect(started).rejects.toMatchObject({ reason: 'host-unknown' });
    expect(scheduler.nextInMs).toBeUndefined();
  });
});
