/** WHEP over real HTTP, with a broadcaster that the test plays. */
import { MAX_SDP_CHARS } from '@perch/protocol';
import { describe, expect, test } from 'vitest';
import { PUBLIC_STUN_URLS } from '../src/domain/turn/ice-session.ts';
import {
  ANSWER_WITHIN_MS,
  BROADCASTER_BACK_WITHIN_MS,
  type WhepComponents,
  WhepSession,
} from '../src/domain/whep/whep-session.ts';
import type { ServerOptions } from '../src/server-options.ts';
import { closedAuthority } from './support/closed-authority.ts';
import { CANDIDATE, RoomsFixture, SDP, viewerId } from './support/fake-peer.ts';
import { metric } from './support/metric.ts';
import { settle, setUpTurn } from './support/scripted-turn.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';
import type { WireClient } from './support/wire-client.ts';

const OFFER = `${SDP}m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:abcd\r\n`;
const ANSWER = `${SDP}m=video 9 UDP/TLS/RTP/SAVPF 96\r\n`;
const FRAGMENT = `a=ice-ufrag:abcd\r\na=ice-pwd:x\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\na=${CANDIDATE}\r\n`;

type Answers = 'answers' | 'is silent' | 'refuses';

/** A broadcaster of `cam`, and requests of a player. */
class Scene {
  readonly server: TestServer;
  readonly camera: WireClient;

  constructor(server: TestServer, camera: WireClient) {
    this.server = server;
    this.camera = camera;
  }

  static async start(options: Partial<ServerOptions> = {}, token?: string) {
    const server = await startTestServer(options);
    const camera = await server.connect();
    camera.send({ type: 'register', stream_id: 'cam', ...(token === undefined ? {} : { token }) });
    await camera.settle();
    return new Scene(server, camera);
  }

  request(method: string, path: string, headers: Record<string, string> = {}, body?: string) {
    return fetch(this.server.httpUrl + path, { method, headers, ...(body === undefined ? {} : { body }) });
  }

  post(body = OFFER, { path = '/whep/cam', ...headers }: Record<string, string> = {}) {
    return this.request('POST', path, { 'Content-Type': 'application/sdp', ...headers }, body);
  }

  patch(url: string, body = FRAGMENT, headers: Record<string, string> = {}) {
    const type = 'application/trickle-ice-sdpfrag';
    return this.request('PATCH', url, { 'Content-Type': type, ...headers }, body);
  }

  /** The viewer that the camera is told of next, and its offer. */
  async offered() {
    const joined = await this.camera.next();
    expect(joined).toMatchObject({ type: 'viewer-joined', offers: true });
    const offer = await this.camera.next();
    expect(offer).toMatchObject({ type: 'offer', from: joined.viewer_id });
    return { viewerId: String(joined.viewer_id), sdp: offer['sdp'] };
  }

  /** A player who has its answer. */
  async watch(headers: Record<string, string> = {}) {
    const posted = this.post(OFFER, headers);
    const { viewerId } = await this.offered();
    this.camera.send({ type: 'answer', to: viewerId, sdp: ANSWER });
    const response = await posted;
    return { response, viewerId, url: response.headers.get('Location') ?? '' };
  }

  async viewers() {
    return (await this.server.json('/health'))['viewers'];
  }
}

/** A session without HTTP around it; `answer` is what the broadcaster does, and becomes what the player is told. */
function openSession(
  fixture: RoomsFixture,
  parts: Partial<Pick<WhepComponents, 'iceServers' | 'scheduler'>> = {},
) {
  const camera = fixture.broadcaster();
  const request = {
    streamId: 'cam',
    sdp: OFFER,
    token: undefined,
    address: fixture.addresses.of('192.0.2.1'),
  };
  const names = { randomToken: () => 'x', nextConnectionId: () => 'c' };
  const session = new WhepSession({ ...fixture, ...names, ...parts }, request, () => undefined);
  const outcome = session.open(OFFER);
  const answer = () => {
    camera.say({ type: 'answer', to: viewerId(1), sdp: ANSWER });
    return outcome;
  };
  return { camera, session, answer };
}

async function problemOf(response: Response) {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  const { code, detail } = (await response.json()) as { code: string; detail: string };
  expect(detail).toMatch(/\w+ \w+/u);
  return [response.status, code];
}

describe('[WHEP1] an offer', () => {
  test('is answered by 201 with the answer, the session, its ETag and the STUN servers', async () => {
    const scene = await Scene.start();
    const posted = scene.post();
    const { viewerId, sdp } = await scene.offered();
    expect(sdp).toBe(OFFER);
    expect(await scene.viewers()).toBe(1);
    scene.camera.send({ type: 'answer', to: viewerId, sdp: ANSWER });
    const response = await posted;
    expect(response.status).toBe(201);
    expect(await response.text()).toBe(ANSWER);
    expect(response.headers.get('Content-Type')).toBe('application/sdp');
    expect(response.headers.get('Location')).toMatch(/^\/whep\/cam\/[\w-]{22}$/u);
    expect(response.headers.get('Location')).not.toContain(viewerId.slice('viewer-'.length));
    expect(response.headers.get('ETag')).toMatch(/^"[\w-]+"$/u);
    expect(response.headers.get('Link')).toContain('<stun:stun.l.google.com:19302>; rel="ice-server"');
  });

  test('may be for a stream with any name', async () => {
    const server = await startTestServer();
    const camera = await server.connect();
    await camera.register('Küche / hinten');
    const scene = new Scene(server, camera);
    const path = `/whep/${encodeURIComponent('Küche / hinten')}`;
    const { response, url } = await scene.watch({ path });
    expect(response.status).toBe(201);
    expect((await scene.request('DELETE', url)).status).toBe(200);
  });

  test('names TURN servers with their login', async () => {
    const scene = await Scene.start({
      turn: { kind: 'static', urls: ['turn:turn.example:3478'], username: 'u', password: 'a"b\\c' },
    });
    const { response } = await scene.watch();
    expect(response.headers.get('Link')).toContain(
      '<turn:turn.example:3478>; rel="ice-server"; username="u"; credential="a\\"b\\\\c"; credential-type="password"',
    );
  });
});

describe('[WHEP2] rights', () => {
  test('are asked for as in join, from the header or the URL', async () => {
    const { authority, sign } = closedAuthority();
    const scene = await Scene.start({ authority }, sign('publish', 'cam'));
    const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
    const missing = await scene.post();
    expect(missing.headers.get('WWW-Authenticate')).toBe('Bearer');
    expect(await problemOf(missing)).toEqual([401, 'token-missing']);
    expect(await problemOf(await scene.post(OFFER, bearer('x')))).toEqual([401, 'token-invalid']);
    expect(await problemOf(await scene.post(OFFER, bearer('ü!')))).toEqual([401, 'token-invalid']);
    expect(await problemOf(await scene.post(OFFER, bearer(sign('publish', 'cam'))))).toEqual([
      403,
      'forbidden',
    ]);
    expect(await problemOf(await scene.post(OFFER, bearer(sign('view', 'other'))))).toEqual([
      403,
      'forbidden',
    ]);
    expect((await scene.watch(bearer(sign('view', 'cam')))).response.status).toBe(201);
    const { response, url } = await scene.watch({ path: `/whep/cam?token=${sign('view', 'cam')}` });
    expect([response.status, url.includes('token')]).toEqual([201, false]);
    // Its address is right enough: it can't be guessed, and leads to nothing but its own end.
    expect((await scene.request('DELETE', url)).status).toBe(200);
  });

  test('end the session when they do', async () => {
    const { authority, sign, revoke } = closedAuthority();
    const scene = await Scene.start({ authority }, sign('publish', 'cam'));
    const { url, viewerId } = await scene.watch({
      Authorization: `Bearer ${sign('view', 'cam', { id: 'v' })}`,
    });
    revoke('v');
    expect(await scene.camera.next()).toEqual({ type: 'viewer-left', viewer_id: viewerId, gone: true });
    expect((await scene.patch(url)).status).toBe(404);
  });

  test('let a player ask for ICE servers before it makes its offer', async () => {
    const { authority, sign } = closedAuthority();
    const scene = await Scene.start({ authority }, sign('publish', 'cam'));
    const ask = (headers: Record<string, string>) => scene.request('OPTIONS', '/whep/cam', headers);
    const link = (response: Response) => response.headers.get('Link');
    expect(link(await ask({}))).toBeNull();
    expect(link(await ask({ Authorization: `Bearer ${sign('publish', 'cam')}` }))).toBeNull();
    const allowed = await ask({ Authorization: `Bearer ${sign('view', 'cam')}` });
    expect(link(allowed)).toContain('<stun:stun.l.google.com:19302>; rel="ice-server"');
    expect(allowed.status).toBe(204);
  });

  test('pages that may use the server can, and are told how; others can not', async () => {
    const scene = await Scene.start({ allowedOrigins: ['https://home.example'] });
    const preflight = (origin: string) =>
      scene.request('OPTIONS', '/whep/cam', { Origin: origin, 'Access-Control-Request-Method': 'POST' });
    const allowed = await preflight('https://home.example');
    expect(allowed.status).toBe(204);
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'accept-post': 'application/sdp',
      'accept-patch': 'application/trickle-ice-sdpfrag',
      'access-control-allow-origin': 'https://home.example',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'Authorization, Content-Type, If-Match',
    });
    expect(allowed.headers.get('Link')).toBeNull();
    expect(
      (await preflight('https://elsewhere.example')).headers.get('Access-Control-Allow-Origin'),
    ).toBeNull();
    const { response } = await scene.watch({ Origin: 'https://home.example' });
    expect(response.headers.get('Access-Control-Expose-Headers')).toContain('Location');
    const foreign = await scene.post(OFFER, { Origin: 'https://elsewhere.example' });
    expect(await problemOf(foreign)).toEqual([403, 'forbidden']);
  });
});

describe('[WHEP3] a refusal says why', () => {
  test.each<[string, Parameters<Scene['post']>, readonly [number, string]]>([
    ['what is no description', ['hello'], [400, 'bad-sdp']],
    ['nothing', [''], [400, 'bad-sdp']],
    ['control characters', [`${OFFER}a=\u0007\r\n`], [400, 'bad-sdp']],
    ['a long one', [OFFER.padEnd(MAX_SDP_CHARS + 1, 'x')], [413, 'too-large']],
    ['one that is not read to its end', ['x'.repeat(300_000)], [413, 'too-large']],
    ['another type', [OFFER, { 'Content-Type': 'application/json' }], [415, 'refused']],
    ['who takes no SDP', [OFFER, { Accept: 'text/html' }], [406, 'refused']],
    ['no stream that is there', [OFFER, { path: '/whep/elsewhere' }], [503, 'stream-not-available']],
    ['a name that none can have', [OFFER, { path: '/whep/%00' }], [404, 'bad-stream-id']],
    ['no name', [OFFER, { path: '/whep/' }], [404, 'refused']],
  ])('%s', async (_, request, expected) => {
    const scene = await Scene.start();
    const response = await scene.post(...request);
    expect(await problemOf(response)).toEqual(expected);
    if (response.status === 503) expect(response.headers.get('Retry-After')).toBe('5');
    expect(await scene.viewers()).toBe(0);
    expect(await scene.camera.settle()).toEqual([]);
  });

  test.each([
    ['GET', '/whep/cam', 'POST, OPTIONS'],
    ['HEAD', '/whep/cam', 'POST, OPTIONS'],
    ['DELETE', '/whep/cam', 'POST, OPTIONS'],
    ['GET', '/whep/cam/session', 'PATCH, DELETE, OPTIONS'],
    ['POST', '/whep/cam/session', 'PATCH, DELETE, OPTIONS'],
  ])('%s of %s', async (method, path, allowed) => {
    const scene = await Scene.start();
    const response = await scene.request(method, path);
    expect([response.status, response.headers.get('Allow')]).toEqual([405, allowed]);
  });

  test.each<[string, Answers, string | undefined, readonly [number, string]]>([
    ['a camera that does not answer', 'is silent', undefined, [504, 'refused']],
    ['an offer that the camera can not answer', 'refuses', 'not-acceptable', [422, 'not-acceptable']],
    ['an offer that the camera finds broken', 'refuses', 'bad-sdp', [400, 'bad-sdp']],
    ['a camera with all the viewers it serves', 'refuses', 'too-many-viewers', [503, 'too-many-viewers']],
    ['a reason of a newer camera', 'refuses', 'brand-new', [503, 'refused']],
  ])('%s', async (_, how, code, expected) => {
    const scene = await Scene.start();
    const posted = scene.post();
    const { viewerId } = await scene.offered();
    if (how === 'refuses') scene.camera.send({ type: 'error', to: viewerId, code, message: 'it can not be' });
    else scene.server.scheduler.advance(ANSWER_WITHIN_MS);
    expect(await problemOf(await posted)).toEqual(expected);
    // By a code that is known here, whatever a camera calls it.
    const series = `perch_refusals_total{code="${expected[1]}",request="join"}`;
    expect(await metric(scene.server, series)).toBe(1);
    expect(await scene.camera.next()).toEqual({ type: 'viewer-left', viewer_id: viewerId, gone: true });
    expect(await scene.viewers()).toBe(0);
  });

  test('a camera that goes away meanwhile', async () => {
    const scene = await Scene.start();
    const posted = scene.post();
    await scene.offered();
    scene.camera.destroy();
    expect(await problemOf(await posted)).toEqual([503, 'stream-not-available']);
  });

  test('a server that closes meanwhile', async () => {
    const scene = await Scene.start();
    const posted = scene.post();
    await scene.offered();
    const closed = scene.server.running.close();
    expect(await problemOf(await posted)).toEqual([503, 'server-closing']);
    scene.server.scheduler.advance(10_000);
    await closed;
  });

  test('more than an address may have', async () => {
    const scene = await Scene.start({ limits: { pendingJoinsPerAddress: 1, viewersPerStream: 2 } });
    await scene.watch();
    const waiting = scene.post();
    const { viewerId } = await scene.offered();
    expect(await problemOf(await scene.post())).toEqual([503, 'too-many-viewers']);
    scene.camera.send({ type: 'viewer-ended', viewer_id: viewerId });
    await waiting;
    await scene.camera.settle();
    const again = scene.post();
    const { viewerId: next } = await scene.offered();
    scene.camera.send({ type: 'answer', to: next, sdp: ANSWER });
    expect((await again).status).toBe(201);
  });
});

describe('[WHEP4] [RELAY4] the broadcaster of a viewer who offers', () => {
  test('may not offer; that of another may not answer', async () => {
    const scene = await Scene.start();
    const { viewerId } = await scene.watch();
    scene.camera.send({ type: 'offer', to: viewerId, sdp: SDP });
    expect(await scene.camera.settle()).toMatchObject([{ type: 'error', code: 'wrong-role' }]);
    const page = await scene.server.connect();
    const other = await page.join('cam');
    await scene.camera.settle();
    scene.camera.send({ type: 'answer', to: other, sdp: SDP });
    expect(await scene.camera.settle()).toMatchObject([{ type: 'error', code: 'wrong-role' }]);
  });
});

describe('[WHEP6] candidates', () => {
  test('reach the broadcaster under the name of their section, and the end of them', async () => {
    const scene = await Scene.start();
    const { response, url, viewerId } = await scene.watch();
    const etag = response.headers.get('ETag') ?? '';
    const body = `${FRAGMENT}a=end-of-candidates\r\n`;
    expect((await scene.patch(url, body, { 'If-Match': etag })).status).toBe(204);
    expect(await scene.camera.settle()).toEqual([
      { type: 'ice-candidate', from: viewerId, candidate: CANDIDATE, sdpMid: '1' },
      { type: 'ice-candidate', from: viewerId, candidate: '', sdpMid: '1' },
    ]);
    // Players in use send no ETag.
    expect((await scene.patch(url)).status).toBe(204);
  });

  test('[LIMIT4] are messages of a viewer: more than one may send are refused, and the session goes on', async () => {
    const limits = { viewerMessagesPerSecond: 4 };
    const scene = await Scene.start({ limits });
    const { url, viewerId } = await scene.watch();
    const many = FRAGMENT + `a=${CANDIDATE}\r\n`.repeat(39);
    const passed = async () => (await scene.camera.settle()).filter(({ from }) => from === viewerId).length;
    // The join and the offer were two of eighty.
    expect((await scene.patch(url, many)).status).toBe(204);
    expect(await passed()).toBe(40);
    const refused = await scene.patch(url, many);
    expect(refused.headers.get('Retry-After')).toBe('5');
    expect(await problemOf(refused)).toEqual([429, 'rate-limited']);
    expect(await passed()).toBe(0);
    expect((await scene.patch(url, FRAGMENT)).status).toBe(204);
    scene.server.scheduler.advance(1_000);
    expect((await scene.patch(url, FRAGMENT)).status).toBe(204);
    expect(await passed()).toBe(2);
  });

  test('[LIMIT4] count for the address, whatever session they are of', async () => {
    const scene = await Scene.start({ limits: { viewerMessagesPerAddress: 4 } });
    const [one, other] = [await scene.watch(), await scene.watch()];
    const many = FRAGMENT + `a=${CANDIDATE}\r\n`.repeat(63);
    expect((await scene.patch(one.url, many)).status).toBe(204);
    expect((await scene.patch(other.url, many)).status).toBe(429);
    // So do offers.
    const long = OFFER + 'a=x\r\n'.repeat(4 * 1024);
    expect(await problemOf(await scene.post(long))).toEqual([429, 'rate-limited']);
  });

  test('[LIMIT8] are refused while the broadcaster does not read, and lost while there is none', async () => {
    const { camera, session, answer } = openSession(new RoomsFixture());
    expect(await answer()).toMatchObject({ state: 'answered' });
    camera.peer.isBehind = true;
    expect(session.addCandidates([{ candidate: CANDIDATE }])).toMatchObject({ code: 'rate-limited' });
    camera.hangUp();
    expect(session.addCandidates([{ candidate: CANDIDATE }])).toBeUndefined();
  });

  test.each<[string, string, Record<string, string>, number]>([
    ['another ETag', FRAGMENT, { 'If-Match': '"x"' }, 412],
    ['another type', FRAGMENT, { 'Content-Type': 'application/sdp' }, 415],
    ['a restart', FRAGMENT.replace('abcd', 'efgh'), { 'If-Match': '*' }, 422],
    ['no fragment', 'hello', {}, 400],
    ['a candidate that is too long', `a=candidate:${'x'.repeat(2_000)}`, {}, 400],
    ['more than a machine can have', `a=${CANDIDATE}\r\n`.repeat(65), {}, 400],
    ['a long name of a section', `a=mid:${'x'.repeat(65)}\r\n`, {}, 400],
    ['a long fragment', `a=x:${'x'.repeat(MAX_SDP_CHARS)}`, {}, 413],
  ])('with %s are refused', async (_, body, headers, status) => {
    const scene = await Scene.start();
    const { url } = await scene.watch();
    expect((await scene.patch(url, body, headers)).status).toBe(status);
    expect(await scene.camera.settle()).toEqual([]);
  });
});

test('[WHEP7] DELETE ends the session, once', async () => {
  const scene = await Scene.start();
  const { url, viewerId } = await scene.watch();
  expect((await scene.request('DELETE', url.replace('/cam/', '/other/'))).status).toBe(404);
  expect(await scene.viewers()).toBe(1);
  expect((await scene.request('DELETE', url)).status).toBe(200);
  expect(await scene.camera.next()).toEqual({ type: 'viewer-left', viewer_id: viewerId, gone: true });
  expect(await scene.viewers()).toBe(0);
  expect((await scene.request('DELETE', url)).status).toBe(404);
  expect((await scene.patch(url)).status).toBe(404);
});

describe('[WHEP10] the TURN login of a player', () => {
  const LIFETIME_SECONDS = 2 * 60 * 60;

  async function setUp(mints?: Parameters<typeof setUpTurn>[0]) {
    const world = setUpTurn(mints);
    void world.source.start();
    await settle();
    const { source: iceServers, scheduler, turn } = world;
    const opened = openSession(new RoomsFixture(), { iceServers, scheduler });
    const long = () => turn.asked.filter(({ ttlSeconds }) => ttlSeconds === LIFETIME_SECONDS);
    return { ...world, ...opened, long };
  }

  test('is its own, good for two hours, asked for once, and revoked when the session ends', async () => {
    const { answer, session, turn, long, pass } = await setUp();
    const outcome = await answer();
    expect(long()).toHaveLength(1);
    const username = `user-${long()[0]?.id}`;
    expect(JSON.stringify(outcome)).toContain(username);
    await pass(LIFETIME_SECONDS * 1000, 60_000);
    expect(long()).toHaveLength(1);
    expect(turn.asked.filter(({ id }) => id === long()[0]?.id)).toHaveLength(1);
    session.end();
    await settle();
    expect(turn.revoked).toEqual([username]);
  });

  test('is left to a player whose media may go on without the server', async () => {
    const { answer, session, turn } = await setUp();
    await answer();
    session.end('lost');
    await settle();
    expect(turn.revoked).toEqual([]);
  });

  test('is waited for; one that comes after the end is revoked', async () => {
    const { answer, session, turn, long } = await setUp('waits');
    let state: string | undefined;
    const outcome = answer().then((it) => {
      ({ state } = it);
    });
    await settle();
    expect(state).toBeUndefined();
    session.end();
    await outcome;
    expect(state).toBe('refused');
    turn.answer();
    await settle();
    expect(turn.revoked).toEqual([`user-${long()[0]?.id}`]);
  });

  test('is missing where there is none to be had, and the answer does not wait for it', async () => {
    const { answer, events } = await setUp({ ok: false, why: 'refused', reason: 'a wrong key' });
    expect(await answer()).toMatchObject({ state: 'answered', iceServers: [{ urls: PUBLIC_STUN_URLS }] });
    expect(events.filter(({ type }) => type === 'without-turn')).toHaveLength(1);
  });
});

describe('[WHEP8] viewer-ended', () => {
  test('ends a session, and nothing of a viewer with a WebSocket', async () => {
    const scene = await Scene.start();
    const { url, viewerId } = await scene.watch();
    const page = await scene.server.connect();
    const other = await page.join('cam');
    await scene.camera.settle();
    for (const viewer_id of [viewerId, other, 'viewer-x'])
      scene.camera.send({ type: 'viewer-ended', viewer_id });
    expect(await scene.camera.settle()).toEqual([{ type: 'viewer-left', viewer_id: viewerId, gone: true }]);
    expect((await scene.patch(url)).status).toBe(404);
    expect(await scene.viewers()).toBe(1);
  });

  test('is for the broadcaster of the stream to say', async () => {
    const scene = await Scene.start();
    const { viewerId } = await scene.watch();
    const stranger = await scene.server.connect();
    stranger.send({ type: 'viewer-ended', viewer_id: viewerId });
    expect(await stranger.settle()).toMatchObject([{ type: 'error', code: 'wrong-role' }]);
    await stranger.register('another');
    stranger.send({ type: 'viewer-ended', viewer_id: viewerId });
    await stranger.settle();
    expect(await scene.viewers()).toBe(1);
  });
});

describe('[WHEP9] a session whose broadcaster loses its WebSocket', () => {
  async function orphaned() {
    const scene = await Scene.start();
    const { url, viewerId } = await scene.watch();
    scene.camera.destroy();
    await scene.camera.closed;
    await expect.poll(async () => (await scene.server.json('/health'))['broadcasters']).toBe(0);
    return { scene, url, viewerId };
  }

  test('is announced as resumed to the one that comes back', async () => {
    const { scene, viewerId } = await orphaned();
    scene.server.scheduler.advance(BROADCASTER_BACK_WITHIN_MS - 1);
    const camera = await scene.server.connect();
    camera.send({ type: 'register', stream_id: 'cam' });
    expect(await camera.settle()).toMatchObject([
      { type: 'registered' },
      { type: 'viewer-joined', viewer_id: viewerId, offers: true, resumed: true },
    ]);
    scene.server.scheduler.advance(4_000);
    expect(await scene.viewers()).toBe(1);
  });

  test('ends when none comes back', async () => {
    const { scene, url } = await orphaned();
    scene.server.scheduler.advance(BROADCASTER_BACK_WITHIN_MS);
    expect(await scene.viewers()).toBe(0);
    expect((await scene.request('DELETE', url)).status).toBe(404);
  });
});
