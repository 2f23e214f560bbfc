/** What the owner can see of a server, and what others can not. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { ClientAddresses } from '../src/adapters/http/client-address.ts';
import { mayReadMetrics } from '../src/adapters/http/metrics-access.ts';
import { closedAuthority } from './support/closed-authority.ts';
import { CANDIDATE, SDP } from './support/fake-peer.ts';
import { metric } from './support/metric.ts';
import { makeSite, startTestServer, type TestServer } from './support/test-server.ts';

describe('metrics', () => {
  test('count joins, refusals, relayed messages, answers and routes', async () => {
    const server = await startTestServer({ limits: { viewersPerStream: 1 } });
    const camera = await server.connect();
    await camera.register('front door');
    const viewer = await server.connect();
    const id = await viewer.join('front door');
    await camera.settle();
    const late = await server.connect();
    late.send({ type: 'join', stream_id: 'front door' });
    await late.settle();
    camera.send({ type: 'offer', to: id, sdp: SDP });
    for (let n = 0; n < 3; n++) camera.send({ type: 'ice-candidate', to: id, candidate: CANDIDATE });
    await camera.settle();
    server.scheduler.advance(150);
    viewer.send({ type: 'answer', to: 'front door', sdp: SDP });
    viewer.send({ type: 'connected', route: 'relayed' });
    await viewer.settle();
    const expected: Record<string, number> = {
      'perch_joins_total{result="joined"}': 1,
      'perch_joins_total{result="too-many-viewers"}': 1,
      'perch_refusals_total{code="too-many-viewers",request="join"}': 1,
      'perch_relayed_messages_total{type="offer"}': 1,
      'perch_relayed_messages_total{type="ice-candidate"}': 3,
      'perch_viewers_connected_total{route="relayed"}': 1,
      perch_join_to_answer_seconds_count: 1,
      'perch_join_to_answer_seconds_bucket{le="0.1"}': 0,
      'perch_join_to_answer_seconds_bucket{le="0.2"}': 1,
      perch_websockets: 3,
      perch_streams: 1,
      perch_viewers: 1,
      perch_broadcasters: 1,
      perch_turn_available: 0,
    };
    for (const [series, value] of Object.entries(expected)) {
      expect([series, await metric(server, series)]).toEqual([series, value]);
    }
    expect(await metric(server, 'perch_nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  });

  test('[LIMIT14] count what is refused over HTTP, each time once', async () => {
    const { authority } = closedAuthority();
    const server = await startTestServer({ authority });
    const ask = (path: string, init: RequestInit = {}) => fetch(server.httpUrl + path, init);
    const offer = { method: 'POST', headers: { 'content-type': 'application/sdp' }, body: SDP };
    await ask('/api/streams');
    await ask('/turn-credentials?token=x');
    await ask('/turn-credentials', { headers: { origin: 'https://elsewhere.example' } });
    await ask('/metrics', { headers: { 'x-forwarded-for': '192.0.2.1' } });
    await ask('/whep/cam', offer);
    await ask('/whep/cam', { ...offer, headers: {} });
    await ask('/whep/cam/session', { method: 'PATCH' });
    await ask('/whep/cam', { method: 'DELETE' });
    await ask('/api/streams/cam/links', { method: 'POST' });
    const expected: Record<string, number> = {
      'perch_refusals_total{code="token-missing",request="http"}': 1,
      'perch_refusals_total{code="token-invalid",request="http"}': 1,
      'perch_refusals_total{code="forbidden",request="http"}': 2,
      'perch_refusals_total{code="token-missing",request="join"}': 1,
      'perch_joins_total{result="token-missing"}': 1,
      'perch_refusals_total{code="refused",request="join"}': 1,
      'perch_refusals_total{code="refused",request="relay"}': 1,
      'perch_refusals_total{code="refused",request="http"}': 1,
      'perch_refusals_total{code="refused",request="link"}': 1,
    };
    for (const [series, value] of Object.entries(expected)) {
      expect([series, await metric(server, series)]).toEqual([series, value]);
    }
  });

  test('name no stream and no viewer', async () => {
    const server = await startTestServer();
    const viewer = await server.connect();
    const id = await viewer.join('front door');
    const text = await (await fetch(`${server.httpUrl}/metrics`)).text();
    expect(text).not.toContain('front door');
    expect(text).not.toContain(id);
  });

  const host = '127.0.0.1:8080';
  test.each([
    ['this machine', '127.0.0.1', { host }, true],
    ['this machine by its name', '127.0.0.1', { host: 'localhost:8080' }, true],
    ['this machine over IPv6', '::1', { host: '[::1]:8080' }, true],
    ['this machine over a mapped address', '::ffff:127.0.0.1', { host }, true],
    ['a proxy of this machine, for somebody', '127.0.0.1', { host, 'x-forwarded-for': '192.0.2.1' }, false],
    ['a proxy that says only what was asked for', '127.0.0.1', { host: 'cam.example' }, false],
    ['a proxy that is trusted, and says nothing', '127.0.0.2', { host }, false],
    ['nobody says what was asked for', '127.0.0.1', {}, false],
    ['another machine', '192.0.2.1', { host }, false],
    ['who has the token', '192.0.2.1', { authorization: 'Bearer canary' }, true],
    ['who has it and is a proxy', '127.0.0.2', { host, authorization: 'Bearer canary' }, true],
    ['who has another', '192.0.2.1', { authorization: 'Bearer canary2' }, false],
  ])('are for this machine and who has the token: %s', (_, remoteAddress, headers, allowed) => {
    const clientAddresses = new ClientAddresses(['127.0.0.2']);
    const asked = { headers, url: '/metrics', socket: { remoteAddress } };
    expect(mayReadMetrics(asked as never, { clientAddresses, metricsToken: 'canary' })).toBe(allowed);
    // Without a token in the settings none is good, not even the empty one.
    const empty = { ...asked, headers: { ...headers, authorization: 'Bearer ' } };
    const isHere = allowed && !('authorization' in headers);
    expect(mayReadMetrics(empty as never, { clientAddresses, metricsToken: undefined })).toBe(isHere);
  });

  test('refuse a program elsewhere with a sentence that says how', async () => {
    const server = await startTestServer();
    const answer = await fetch(`${server.httpUrl}/metrics`, { headers: { 'x-forwarded-for': '192.0.2.1' } });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('METRICS_TOKEN');
  });
});

describe('health', () => {
  test('[LIFE4] says whether the server is open and ready', async () => {
    const server = await startTestServer();
    expect(await server.json('/health')).toMatchObject({ status: 'ok', ready: true, open: true });
  });
});

describe('streams', () => {
  const streams = async (server: TestServer, token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch(`${server.httpUrl}/api/streams`, { headers });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  test('[AUTH1] of an open server are there for everyone', async () => {
    const server = await startTestServer();
    await (await server.connect()).register('a');
    await (await server.connect()).join('b');
    expect((await streams(server)).body).toEqual({
      streams: [
        { stream_id: 'a', live: true, viewers: 0 },
        { stream_id: 'b', live: false, viewers: 1 },
      ],
    });
  });

  test('[AUTH1] of a closed server are those of the token', async () => {
    const { authority, sign } = closedAuthority();
    const server = await startTestServer({ authority });
    expect(await streams(server)).toMatchObject({ status: 401, body: { code: 'token-missing' } });
    expect(await streams(server, 'x')).toMatchObject({ status: 401, body: { code: 'token-invalid' } });
    expect((await streams(server, sign('view', 'cam'))).body).toEqual({
      streams: [{ stream_id: 'cam', live: false, viewers: 0 }],
    });
  });

  test('[AUTH1] [ICE2] TURN credentials of a closed server are for who has a right', async () => {
    const { authority, sign } = closedAuthority();
    const server = await startTestServer({ authority });
    const status = async (query: string) =>
      (await fetch(`${server.httpUrl}/turn-credentials${query}`)).status;
    expect(await status('')).toBe(401);
    expect(await status('?token=x.y.z')).toBe(401);
    expect(await status(`?token=${sign('view', 'cam')}`)).toBe(200);
  });

  test.each(['/turn-credentials', '/api/streams', '/api/streams/cam/snapshot.jpg'])(
    'RFC 9110, section 11.6.1: whoever lacks a right is told how to show it: %s',
    async (path) => {
      const server = await startTestServer({ authority: closedAuthority().authority });
      const { status, headers } = await fetch(`${server.httpUrl}${path}`);
      expect([status, headers.get('WWW-Authenticate')]).toEqual([401, 'Bearer']);
      expect(headers.get('Cache-Control')).toBe('no-store');
    },
  );
});

describe('pages', () => {
  test.each(['/', '/watch/cam', '/health', '/assets/player-3f2a.js', '/nothing'])(
    'have the headers that keep browsers strict: %s',
    async (path) => {
      const server = await startTestServer({ allowedOrigins: ['https://home.example'] });
      const { headers } = await fetch(server.httpUrl + path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("script-src 'self'");
      const { host } = new URL(server.httpUrl);
      expect(policy).toContain(`connect-src 'self' ws://${host} wss://${host};`);
      expect(policy).not.toContain('unsafe');
      expect(policy).toContain("frame-ancestors 'self' https://home.example");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
    },
  );

  test('may run what is written into them, and no other inline script', async () => {
    const inline = 'call("the server")';
    const siteDirectory = await makeSite({
      'watch.html': `<script>${inline}</script><script src="/assets/player-3f2a.js"></script>`,
    });
    const server = await startTestServer({ siteDirectory });
    const { headers } = await fetch(`${server.httpUrl}/watch/cam`);
    const hash = createHash('sha256').update(inline).digest('base64');
    expect(headers.get('content-security-policy')).toContain(`script-src 'self' 'sha256-${hash}';`);
  });

  test('no header has anything of a Host in it that is none', async () => {
    const server = await startTestServer();
    const [status, sent] = await new Promise<[number | undefined, string]>((resolve) => {
      const headers = { host: 'evil; script-src *' };
      request({ host: '127.0.0.1', port: server.running.port, headers }, (response) => {
        response.resume();
        resolve([response.statusCode, JSON.stringify(response.headers)]);
      }).end();
    });
    expect(status).toBe(400);
    expect(sent).not.toContain('evil');
  });

  test('a path leads to no other file than the viewer has', async () => {
    const server = await startTestServer();
    for (const path of ['/../secret.txt', '/assets/..%2f..%2fsecret.txt', '/.hidden', '/%2e%2e/secret.txt']) {
      const status = await new Promise((resolve) => {
        request({ host: '127.0.0.1', port: server.running.port, path }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).end();
      });
      expect([path, status]).toEqual([path, 404]);
    }
  });
});
