/** What anyone may take of a server, and that taking more costs nobody else anything. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { addressKey } from '../src/adapters/http/client-address.ts';
import { AddressBook, MAX_ENTRIES } from '../src/domain/limits/address-book.ts';
import { DEFAULT_LIMITS, LIMITS } from '../src/domain/limits/limits.ts';
import { rateOf, TokenBucket } from '../src/domain/limits/token-bucket.ts';
import { CANDIDATE, RoomsFixture, SDP, viewerId } from './support/fake-peer.ts';
import { startTestServer } from './support/test-server.ts';

const join = (stream_id = 'cam') => ({ type: 'join', stream_id }) as const;
const codesOf = (messages: readonly object[]) =>
  messages.flatMap((message) => ('code' in message ? [message.code] : []));

/** Three at once, two a second. */
const RATE = rateOf(3, 1.5);

describe('a bucket', () => {
  test('gives its burst at once and its rate after that, and never more than its burst', () => {
    const bucket = new TokenBucket(RATE, 0);
    const takes = (nowMs: number) => bucket.take(1, RATE, nowMs);
    expect([takes(0), takes(0), takes(0), takes(0)]).toEqual([true, true, true, false]);
    expect([takes(499), takes(500), takes(500)]).toEqual([false, true, false]);
    expect([1, 2, 3, 4].map(() => takes(60_000))).toEqual([true, true, true, false]);
  });

  test('has a debt of at most its burst, and gives nothing before that is paid', () => {
    const bucket = new TokenBucket(RATE, 0);
    bucket.charge(100, RATE);
    const debts = [0, 500, 1_500].map((nowMs) => bucket.debt(RATE, nowMs));
    expect(debts).toEqual([3, 2, 0]);
    expect([1_500, 1_999, 2_000].map((nowMs) => bucket.take(1, RATE, nowMs))).toEqual([false, false, true]);
  });

  test('a clock that goes back fills nothing', () => {
    const bucket = new TokenBucket(RATE, 10_000);
    expect(bucket.take(3, RATE, 10_000)).toBe(true);
    expect(bucket.take(1, RATE, 5_000)).toBe(false);
  });

  test('says how long it takes until so much is there', () => {
    const bucket = new TokenBucket(RATE, 0);
    bucket.take(3, RATE, 0);
    expect([0, 250, 1_000, 5_000].map((nowMs) => bucket.msUntil(2, RATE, nowMs))).toEqual([1_000, 750, 0, 0]);
  });
});

describe('the table of limits', () => {
  test.each(Object.entries(LIMITS))('%s has a default and a reason', (_, { fallback, reason }) => {
    expect(fallback).toBeGreaterThan(0);
    expect(reason).toMatch(/\w{3,} \w+/u);
  });
});

describe('an address', () => {
  test('[LIMIT1] is an IPv4 address, or the network of 64 bits of an IPv6 one', () => {
    expect(addressKey('192.0.2.7')).toBe('192.0.2.7');
    expect(addressKey('::ffff:192.0.2.7')).toBe('192.0.2.7');
    expect(addressKey('2001:db8:1:2::9')).toBe(addressKey('2001:db8:1:2:ffff::1'));
    expect(addressKey('2001:db8:1:2::9')).not.toBe(addressKey('2001:db8:1:3::9'));
    expect(addressKey(undefined)).toBe('unknown');
  });

  test('is forgotten a minute after its last connection closed', () => {
    let nowMs = 0;
    const book = new AddressBook(DEFAULT_LIMITS, () => nowMs);
    const use = book.of('192.0.2.7');
    use.openSocket();
    nowMs = 61_000;
    book.sweep();
    expect(book.size).toBe(1);
    use.closeSocket();
    book.sweep();
    expect(book.size).toBe(0);
  });
});

test('addresses without end take no memory without end, and who has something open is kept', () => {
  const book = new AddressBook(DEFAULT_LIMITS, () => 0);
  const open = book.of('192.0.2.7');
  open.openSocket();
  for (let n = 0; n < 3 * MAX_ENTRIES; n++) book.of(`2001:db8::${n}`);
  expect(book.size).toBeLessThanOrEqual(MAX_ENTRIES);
  expect(book.of('192.0.2.7')).toBe(open);
});

describe('messages', () => {
  test('[LIMIT4] a viewer who sends too much is told so and closed with 4008; nobody else notices', () => {
    const fixture = new RoomsFixture({ limits: { viewerMessagesPerSecond: 1 } });
    const camera = fixture.broadcaster();
    const noisy = fixture.viewer();
    const quiet = fixture.viewer();
    for (let n = 0; n < 30; n++) noisy.say({ type: 'ice-candidate', to: 'cam', candidate: CANDIDATE });
    expect(codesOf(noisy.heard())).toEqual(['rate-limited']);
    expect(noisy.peer.closed).toEqual({ code: 4008, reason: 'rate-limited' });
    expect(camera.heard().filter(({ type }) => type === 'ice-candidate')).toHaveLength(19);
    quiet.say({ type: 'ice-candidate', to: 'cam', candidate: CANDIDATE });
    expect(camera.heard()).toHaveLength(1);
    expect(fixture.rooms.counts).toEqual({ rooms: 1, broadcasters: 1, viewers: 1 });
  });

  test('[LIMIT4] what is refused counts six times', () => {
    const fixture = new RoomsFixture({ limits: { viewerMessagesPerSecond: 3 } });
    const client = fixture.client();
    for (let n = 0; n < 20; n++) client.sayText('nonsense');
    expect(codesOf(client.heard())).toEqual([...Array(10).fill('bad-json'), 'rate-limited']);
  });

  test('[LIMIT4] a long message counts as one for each 1,024 characters', () => {
    const fixture = new RoomsFixture({ limits: { viewerMessagesPerSecond: 1 } });
    fixture.broadcaster();
    const viewer = fixture.viewer();
    // The join was one of twenty.
    viewer.say({ type: 'answer', to: 'cam', sdp: SDP.padEnd(18 * 1024, 'a') });
    expect(viewer.peer.closed).toBeUndefined();
    viewer.say({ type: 'ping' });
    expect(codesOf(viewer.heard())).toEqual(['rate-limited']);
  });

  test('[LIMIT4] who was closed for sending too much has no more to send on a new socket, nor has its address', () => {
    const fixture = new RoomsFixture({ limits: { viewerMessagesPerAddress: 1 } });
    const camera = fixture.broadcaster();
    const elsewhere = fixture.client({ address: '192.0.2.2' });
    const noisy = fixture.viewer();
    for (let n = 0; n < 20; n++) noisy.say({ type: 'ping' });
    expect(noisy.peer.closed).toEqual({ code: 4008, reason: 'rate-limited' });
    const again = fixture.client();
    again.say(join());
    expect(again.peer.closed).toEqual({ code: 4008, reason: 'rate-limited' });
    for (const other of [elsewhere, camera]) other.say({ type: 'ping' });
    expect([elsewhere, camera].map(({ peer }) => peer.closed)).toEqual([undefined, undefined]);
    fixture.nowMs += 1_000;
    const later = fixture.client();
    later.say(join());
    expect(later.heardBrief()).toMatchObject([{ type: 'joined' }]);
  });

  test('[LIMIT4] viewers who have left before their offer comes cost the broadcaster no more than others', () => {
    const fixture = new RoomsFixture({ limits: { broadcasterMessagesPerSecond: 1 } });
    const camera = fixture.broadcaster();
    for (let n = 0; n < 20; n++) camera.say({ type: 'offer', to: viewerId(1), sdp: SDP });
    expect(codesOf(camera.heard())).toEqual(Array(20).fill('unknown-peer'));
    expect(camera.peer.closed).toBeUndefined();
  });

  test('[LIMIT8] what viewers send a broadcaster who is behind is refused, and does not add to it', () => {
    const fixture = new RoomsFixture();
    const camera = fixture.broadcaster();
    const viewer = fixture.viewer();
    camera.heard();
    camera.peer.isBehind = true;
    viewer.say({ type: 'ice-candidate', to: 'cam', candidate: CANDIDATE });
    expect(codesOf(viewer.heard())).toEqual(['rate-limited']);
    expect(camera.heard()).toEqual([]);
    camera.peer.isBehind = false;
    viewer.say({ type: 'ice-candidate', to: 'cam', candidate: CANDIDATE });
    expect(camera.heard()).toHaveLength(1);
  });

  test('[LIMIT4] a broadcaster may serve all the viewers who come back at once', () => {
    const fixture = new RoomsFixture({
      limits: { broadcasterMessagesPerSecond: DEFAULT_LIMITS.broadcasterMessagesPerSecond },
    });
    const viewers = Array.from({ length: DEFAULT_LIMITS.viewersPerStream }, () => fixture.viewer());
    const camera = fixture.broadcaster();
    for (const n of viewers.keys()) {
      const to = viewerId(n + 1);
      camera.say({ type: 'offer', to, sdp: SDP });
      for (let k = 0; k < 20; k++) camera.say({ type: 'ice-candidate', to, candidate: CANDIDATE });
    }
    expect(camera.peer.closed).toBeUndefined();
  });
});

describe('joins', () => {
  test('[LIMIT2] one more viewer than a stream takes is refused; the others stay', () => {
    const fixture = new RoomsFixture({ limits: { viewersPerStream: 2 } });
    fixture.broadcaster();
    const viewers = [fixture.viewer(), fixture.viewer()];
    const late = fixture.client();
    late.say(join());
    expect(codesOf(late.heard())).toEqual(['too-many-viewers']);
    viewers[0]?.say(join());
    expect(codesOf(viewers[0]?.heard() ?? [])).toEqual([]);
    viewers[1]?.hangUp();
    late.say(join());
    expect(late.heardBrief()).toMatchObject([{ type: 'joined' }]);
  });

  test('[LIMIT2] [RESUME1] who takes its id over from its own lost socket needs no place of its own', () => {
    const fixture = new RoomsFixture({ limits: { viewersPerStream: 2 } });
    fixture.broadcaster();
    const lost = fixture.viewer();
    fixture.viewer();
    const [back, stranger] = [fixture.client(), fixture.client()];
    stranger.say({ ...join(), viewer_id: viewerId(1) });
    expect(codesOf(stranger.heard())).toEqual(['too-many-viewers']);
    back.say({ ...join(), ...fixture.lost(viewerId(1)) });
    expect(back.heardBrief()).toMatchObject([{ type: 'joined', viewer_id: viewerId(1), resumed: true }]);
    expect(lost.peer.closed).toEqual({ code: 4001, reason: 'replaced' });
    expect(fixture.rooms.counts.viewers).toBe(2);
  });

  test('[LIMIT3] joins of one address are bounded in time; another address is not touched', () => {
    const fixture = new RoomsFixture({ limits: { joinsPerMinute: 3 } });
    const storm = fixture.client({ address: '192.0.2.66' });
    for (let n = 0; n < 4; n++) storm.say(join());
    expect(codesOf(storm.heard()).filter((code) => code !== 'stream-not-available')).toEqual([
      'too-many-connections',
    ]);
    const other = fixture.client({ address: '192.0.2.67' });
    other.say(join());
    expect(other.heardBrief()).toMatchObject([{ type: 'joined' }, {}]);
    fixture.nowMs += 20_000;
    storm.say(join());
    expect(storm.heardBrief()).toMatchObject([{ type: 'joined' }, {}]);
  });

  test('[LIMIT3] joins that no answer came to are bounded; an answer or leaving makes room', () => {
    const fixture = new RoomsFixture({ limits: { pendingJoinsPerAddress: 2 } });
    fixture.broadcaster();
    const [one, two] = [fixture.viewer(), fixture.viewer()];
    const third = fixture.client();
    third.say(join());
    expect(codesOf(third.heard())).toEqual(['too-many-connections']);
    one.say({ type: 'answer', to: 'cam', sdp: SDP });
    third.say(join());
    expect(third.heardBrief()).toMatchObject([{ type: 'joined' }]);
    two.vanish();
    const fourth = fixture.client();
    fourth.say(join());
    expect(fourth.heardBrief()).toMatchObject([{ type: 'joined' }]);
  });

  test('[LIMIT3] who waits for a camera, and who resumes, is not pending', () => {
    const fixture = new RoomsFixture({ limits: { pendingJoinsPerAddress: 1 } });
    for (let n = 0; n < 5; n++) fixture.viewer();
    expect(fixture.rooms.counts.viewers).toBe(5);
    fixture.broadcaster();
    for (const n of [1, 2, 3]) {
      const back = fixture.client();
      back.say({ ...join(), ...fixture.lost(viewerId(n)) });
      expect(back.heardBrief()).toMatchObject([{ type: 'joined', resumed: true }]);
    }
  });

  test('[LIMIT2] one more stream than the server takes is refused', () => {
    const fixture = new RoomsFixture({ limits: { streams: 2 } });
    fixture.broadcaster('a');
    fixture.viewer('b');
    const late = fixture.client();
    late.say({ type: 'register', stream_id: 'c' });
    late.say(join('c'));
    expect(codesOf(late.heard())).toEqual(['too-many-streams', 'too-many-streams']);
    late.say(join('a'));
    expect(late.heardBrief()).toMatchObject([{ type: 'joined' }]);
  });
});

test('[LIFE3] five thousand who come back to a server within three seconds are all let in, each with its id', () => {
  const [streams, viewersOfEach] = [50, 100];
  const fixture = new RoomsFixture({ limits: DEFAULT_LIMITS });
  const names = Array.from({ length: streams }, (_, n) => `cam ${n}`);
  const cameras = names.map((name, n) => {
    const camera = fixture.client({ address: `192.0.2.${n}` });
    camera.say({ type: 'register', stream_id: name });
    return camera;
  });
  for (let n = 0; n < streams * viewersOfEach; n++) {
    const name = names[n % streams] ?? '';
    const viewer = fixture.client({ address: `198.18.${n >> 8}.${n & 255}` });
    fixture.nowMs += 3_000 / (streams * viewersOfEach);
    viewer.say({ ...join(name), ...fixture.lost(viewerId(n + 1), name) });
    expect(viewer.heardBrief()).toMatchObject([
      { type: 'joined', viewer_id: viewerId(n + 1), resumed: true },
    ]);
  }
  expect(cameras.map(({ peer }) => peer.closed)).toEqual(cameras.map(() => undefined));
  expect(fixture.rooms.counts.viewers).toBe(streams * viewersOfEach);
});

describe('sockets', () => {
  test('[LIMIT5] one more than an address may have is answered 429; one that closes makes room', async () => {
    const server = await startTestServer({ limits: { socketsPerAddress: 2 } });
    const first = await server.connect();
    await server.connect();
    await expect(server.connect()).rejects.toThrow('429');
    first.destroy();
    await first.closed;
    await expect.poll(() => server.connect().then(() => 'open', String)).toBe('open');
  });

  test('[LIMIT5] TCP connections of one address are bounded, and closed before they say anything', async () => {
    const server = await startTestServer({ limits: { connectionsPerAddress: 3 } });
    const sockets = Array.from({ length: 5 }, () => connect(server.running.port, '127.0.0.1'));
    const closed = new Set<number>();
    for (const [n, socket] of sockets.entries()) {
      socket.on('error', () => undefined);
      socket.on('close', () => closed.add(n));
      socket.resume();
    }
    await expect.poll(() => closed.size).toBe(2);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => fetch(server.httpUrl).then(({ status }) => status, String)).toBe(200);
  });

  test('[LIMIT5] requests of one address are bounded in time', async () => {
    const server = await startTestServer({ limits: { requestsPerSecond: 1 } });
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++) statuses.push((await fetch(`${server.httpUrl}/health`)).status);
    expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
    // Those that were refused count too.
    server.scheduler.advance(3_000);
    expect((await fetch(`${server.httpUrl}/health`)).status).toBe(200);
  });

  test('[LIMIT6] who neither registers nor joins is closed; who does is not', async () => {
    const server = await startTestServer({ limits: { idleSeconds: 5 } });
    const idle = await server.connect();
    const viewer = await server.connect();
    await viewer.join('cam');
    server.scheduler.advance(5_000 + 4_500);
    expect(await idle.next()).toMatchObject({ type: 'error', code: 'idle' });
    expect((await idle.closed).code).toBe(4008);
    expect(await viewer.settle()).toEqual([]);
  });

  test('[LIMIT7] a message in more fragments than anyone needs ends its connection', async () => {
    const server = await startTestServer({ limits: { fragments: 4 } });
    const client = await server.connect();
    const part = { fin: false, binary: false };
    for (let n = 0; n < 6; n++) client.socket.send('x', part, () => undefined);
    expect((await client.closed).code).toBe(1008);
  });

  test('[LIMIT4] [LIMIT7] who was sent away and stays is told why, not read any more, and cut off a second later', async () => {
    const server = await startTestServer({ limits: { fragments: 4, idleSeconds: 5 } });
    const [noisy, idle] = [await stubborn(server.running.port), await stubborn(server.running.port)];
    const fragment = Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x20]);
    const next = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x20]);
    noisy.socket.write(Buffer.concat([fragment, ...Array.from({ length: 9 }, () => next)]));
    expect(await noisy.heard()).toContain('\x88\x02\x03\xf0');
    server.scheduler.advance(5_000 + 4_500);
    expect(await idle.heard()).toContain('idle');
    for (const { socket } of [noisy, idle]) expect(socket.closed).toBe(false);
    server.scheduler.advance(1_000);
    for (const { socket } of [noisy, idle]) {
      // The first word that nobody takes is answered by a reset, which the second one meets.
      const isCutOff = () => !socket.write('still here');
      await expect.poll(isCutOff).toBe(true);
    }
  });

  test.each(['ping', 'pong'] as const)(
    '[LIMIT13] who sends one %s after the other is told so and closed',
    async (kind) => {
      const server = await startTestServer({ limits: { viewerMessagesPerSecond: 1 } });
      const noisy = await server.connect();
      for (let n = 0; n < 30; n++) noisy.socket[kind]();
      expect(await noisy.next()).toMatchObject({ code: 'rate-limited' });
      expect((await noisy.closed).code).toBe(4008);
    },
  );

  test("[LIMIT13] who answers the server's pings has sent nothing", async () => {
    // Two at once, and then fewer than it is pinged.
    const server = await startTestServer({ limits: { viewerMessagesPerSecond: 0.1 } });
    const viewer = await server.connect();
    viewer.send({ type: 'join', stream_id: 'cam' });
    expect(await viewer.next()).toMatchObject({ type: 'joined' });
    for (let n = 0; n < 5; n++) {
      const pinged = once(viewer.socket, 'ping');
      server.scheduler.advance(4_500);
      await pinged;
      await server.json('/health');
    }
    viewer.send({ type: 'ping' });
    const heard = [await viewer.next(), await viewer.next()];
    expect(heard).toMatchObject([{ code: 'stream-not-available' }, { type: 'pong' }]);
  });

  test('[LIMIT8] a peer that does not read is ended before it fills the memory', async () => {
    const server = await startTestServer({ limits: { sendBufferKilobytes: 64 } });
    const camera = await server.connect();
    await camera.register('cam');
    const viewer = await server.connect();
    const id = await viewer.join('cam');
    await camera.settle();
    viewer.socket.pause();
    let left: unknown;
    for (let n = 0; left === undefined && n < 1000; n++) {
      camera.send({ type: 'offer', to: id, sdp: SDP.padEnd(60_000, 'a=x\n') });
      left = (await camera.settle()).find(({ type }) => type === 'viewer-left');
    }
    expect(left).toEqual({ type: 'viewer-left', viewer_id: id });
  });
});

/** A WebSocket that never closes: a TCP socket that has shaken hands. `heard` resolves when the server says no more. */
async function stubborn(port: number) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  let text = '';
  socket.setEncoding('latin1').on('data', (some: string) => {
    text += some;
  });
  const ended = once(socket, 'end');
  const headers =
    'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  socket.write(`GET / HTTP/1.1\r\n${headers}\r\n\r\n`);
  await once(socket, 'data');
  return { socket, heard: () => ended.then(() => text) };
}

describe('pages elsewhere', () => {
  const status = (server: Awaited<ReturnType<typeof startTestServer>>, headers: Record<string, string>) =>
    server.connect({ headers }).then(
      () => 'open',
      (error: Error) => error.message,
    );

  test('[LIMIT9] a page of another origin may not open a WebSocket; own pages and programs may', async () => {
    const server = await startTestServer();
    expect(await status(server, { origin: 'https://evil.example' })).toContain('403');
    expect(await status(server, { origin: 'null' })).toContain('403');
    expect(await status(server, { origin: server.httpUrl })).toBe('open');
    expect(await status(server, {})).toBe('open');
  });

  test('[LIMIT9] an origin that the owner names may, and no other', async () => {
    const server = await startTestServer({ allowedOrigins: ['https://home.example'] });
    expect(await status(server, { origin: 'https://home.example' })).toBe('open');
    expect(await status(server, { origin: 'https://home.example.evil.example' })).toContain('403');
    const allowed = await fetch(`${server.httpUrl}/turn-credentials`, {
      headers: { origin: 'https://home.example' },
    });
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://home.example');
    const refused = await fetch(`${server.httpUrl}/turn-credentials`, {
      headers: { origin: 'https://evil.example' },
    });
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('[LIMIT1] what a proxy says counts only where the proxy is trusted', async () => {
    const limits = { socketsPerAddress: 1 };
    const careful = await startTestServer({ limits });
    expect(await status(careful, { 'x-forwarded-for': '192.0.2.1' })).toBe('open');
    expect(await status(careful, { 'x-forwarded-for': '192.0.2.2' })).toContain('429');
    const trusting = await startTestServer({ limits, trustedProxies: ['loopback'] });
    expect(await status(trusting, { 'x-forwarded-for': '192.0.2.1' })).toBe('open');
    expect(await status(trusting, { 'x-forwarded-for': '192.0.2.2' })).toBe('open');
    // What the client wrote itself stands left of what the proxy saw.
    expect(await status(trusting, { 'x-forwarded-for': '198.51.100.9, 192.0.2.2' })).toContain('429');
  });

  test('trusted proxies that are none are refused at the start', async () => {
    await expect(startTestServer({ trustedProxies: ['my proxy'] })).rejects.toMatchObject({
      reason: 'bad-proxies',
    });
  });
});
