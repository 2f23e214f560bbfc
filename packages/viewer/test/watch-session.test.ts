import { beforeEach, describe, expect, test } from 'vitest';
import { candidate, FakeWorld, OFFER, STREAM, settle } from './fake-world.ts';

let world: FakeWorld;
beforeEach(() => {
  world = new FakeWorld();
});

const error = (code: string | undefined, message = 'no') =>
  world.socket.receive({ type: 'error', message, ...(code !== undefined && { code }) });

describe('from Connect to the picture', () => {
  test('each step is told as it happens, and live only when a frame was shown', async () => {
    world.player.connect(STREAM);
    world.open();
    world.joined();
    await world.offer();
    await world.media.answers();
    world.media.events.onConnection('connected');
    expect(world.statuses).toEqual([
      { state: 'connecting', step: 'server' },
      { state: 'connecting', step: 'joining' },
      { state: 'connecting', step: 'waiting-for-offer' },
      { state: 'connecting', step: 'media' },
    ]);
    world.frame();
    expect(world.status).toEqual({ state: 'live', serverLost: false });
  });

  test('[JOIN1] join leaves in the tick in which the socket opens', () => {
    world.player.connect(` ${STREAM} `);
    expect(world.socket.sent).toEqual([]);
    world.open();
    expect(world.socket.sent).toEqual([{ type: 'join', stream_id: STREAM }]);
  });

  test('[RESUME1] token and resume token go with the join that resumes, the token with every other one', async () => {
    world.player.connect(STREAM, 'a.b.c');
    world.open();
    world.joined({ resume_token: 'r.1.s' });
    await world.offer();
    await world.media.answers();
    world.frame();
    world.loseSocket();
    await world.play(2_000);
    world.open();
    world.joined({ resumed: true, resume_token: 'r.2.s' });
    world.player.handleNetworkChange();
    const join = { type: 'join', stream_id: STREAM, token: 'a.b.c' };
    expect(world.joins).toEqual([join, { ...join, viewer_id: 'viewer-1', resume_token: 'r.1.s' }, join]);
  });

  test('a link whose token was revoked ends the picture, and says so', async () => {
    await world.goLive();
    error('token-revoked');
    expect(world.status).toEqual({ state: 'ended', why: 'token-revoked' });
    expect(world.media.closed).toBe(true);
    await world.clock.advance(60_000);
    expect(world.sockets).toHaveLength(1);
  });

  test('a camera whose codecs this browser lacks ends it, and is not asked again', async () => {
    world.player.connect(STREAM);
    world.open();
    world.joined();
    await world.offer();
    await world.media.answers(OFFER.replace('m=video 9', 'm=video 0'));
    expect(world.status).toEqual({ state: 'refused', why: 'not-acceptable' });
    expect(world.socket.sentOf('answer')).toEqual([]);
    expect(world.media.closed).toBe(true);
    await world.clock.advance(60_000);
    expect(world.joins).toHaveLength(1);
  });

  test('an empty name ends before any socket is opened', () => {
    world.player.connect('  ');
    expect(world.status).toEqual({ state: 'refused', why: 'bad-stream-id' });
    expect(world.sockets).toEqual([]);
  });

  test('a browser without WebRTC is told so', () => {
    world.supported = false;
    world.player.connect(STREAM);
    expect(world.status).toEqual({ state: 'refused', why: 'no-webrtc' });
    expect(world.sockets).toEqual([]);
  });

  test('[ICE1] ICE servers of joined are used, without a second request', async () => {
    const ice = [{ urls: ['turn:turn.example:3478'], username: 'u', credential: 'c' }];
    await world.goToMedia({ ice_servers: ice });
    expect(world.media.iceServers).toEqual(ice);
    expect(world.fetches).toEqual([]);
  });

  test('[ICE2] an old server, whose joined has none, is asked once for all of its joins', async () => {
    const ice = [{ urls: ['stun:stun.example'] }];
    world.fetched = () => Promise.resolve(ice);
    await world.goLive({ ice_servers: undefined });
    expect(world.media.iceServers).toEqual(ice);
    await world.clock.advance(2_100);
    world.joined({ ice_servers: undefined });
    await world.offer();
    expect(world.media.iceServers).toEqual(ice);
    expect(world.fetches).toHaveLength(1);
  });

  test('when ICE servers can not be had, the offer is answered without', async () => {
    world.fetched = () => Promise.reject(new Error('504'));
    await world.goToMedia({ ice_servers: undefined });
    expect(world.media.iceServers).toEqual([]);
  });

  test('a play() that the browser refuses asks for a tap, and is not taken for broken media', async () => {
    await world.goToMedia();
    world.media.events.onBlocked(true);
    expect(world.status).toEqual({ state: 'connecting', step: 'tap' });
    await world.clock.advance(60_000);
    expect(world.joins).toHaveLength(1);
    world.media.events.onBlocked(false);
    world.frame();
    expect(world.status.state).toBe('live');
  });
});

describe('candidates', () => {
  test('those that come before the offer, or before it is taken, are kept in order', async () => {
    world.player.connect(STREAM);
    world.open();
    world.joined();
    world.socket.receive({ type: 'ice-candidate', from: STREAM, ...candidate(1) });
    await world.offer();
    world.socket.receive({ type: 'ice-candidate', from: STREAM, ...candidate(2) });
    expect(world.media.candidates).toEqual([]);
    await world.media.answers();
    world.socket.receive({ type: 'ice-candidate', from: STREAM, ...candidate(3) });
    expect(world.media.candidates).toEqual([candidate(1), candidate(2), candidate(3)]);
  });

  test('[WIRE9] sdpMid and sdpMLineIndex are kept both ways, null and missing too', async () => {
    await world.goToMedia();
    const text = candidate(5).candidate;
    for (const fields of [{ sdpMid: 'v0', sdpMLineIndex: 3 }, { sdpMid: null }, {}]) {
      world.socket.receive({ type: 'ice-candidate', from: STREAM, candidate: text, ...fields });
      expect(world.media.candidates.at(-1)).toEqual({ candidate: text, ...fields });
      world.media.events.onCandidate({ candidate: text, ...fields });
      expect(world.socket.sent.at(-1)).toEqual({
        type: 'ice-candidate',
        to: STREAM,
        candidate: text,
        ...fields,
      });
    }
  });

  test('our own wait for the answer to leave first', async () => {
    world.player.connect(STREAM);
    world.open();
    world.joined();
    await world.offer();
    world.media.events.onCandidate(candidate(7));
    await world.media.answers();
    expect(world.socket.sent.slice(1)).toEqual([
      { type: 'answer', to: STREAM, sdp: OFFER },
      { type: 'ice-candidate', to: STREAM, ...candidate(7) },
    ]);
  });

  test('[WIRE10] one that does not follow RFC 8839 never reaches the browser', async () => {
    await world.goToMedia();
    world.socket.receive({ type: 'ice-candidate', from: STREAM, candidate: 'candidate:x', sdpMid: '0' });
    expect(world.media.candidates).toEqual([]);
  });

  test('those of a new connection reach it, though they come before its offer and while the old one is there', async () => {
    await world.goLive();
    await world.clock.advance(2_100);
    world.joined();
    world.socket.receive({ type: 'ice-candidate', from: STREAM, ...candidate(9) });
    await world.offer();
    await world.media.answers();
    expect(world.media.candidates).toEqual([candidate(9)]);
  });
});

describe('offers', () => {
  test('[RESUME4] a second offer replaces the connection, whose moving picture is shown until then', async () => {
    await world.goLive();
    const first = world.media;
    await world.offer();
    await world.media.answers();
    for (let at = 0; at < 5_000; at += 40) {
      first.events.onFrame();
      await world.clock.advance(40);
    }
    first.events.onConnection('failed');
    first.events.onBlocked(true);
    first.events.onCandidate(candidate(1));
    expect(world.status).toEqual({ state: 'live', serverLost: false });
    expect(world.socket.sentOf('ice-candidate')).toEqual([]);
    expect(first.closed).toBe(false);
    world.frame();
    expect(first.closed).toBe(true);
    await world.play(20_000);
    expect(world.status).toEqual({ state: 'live', serverLost: false });
    expect(world.joins).toHaveLength(1);
    expect(new Set(world.statuses.slice(4).map(({ state }) => state))).toEqual(new Set(['live']));
  });

  test('[RESUME4] one whose picture stopped is let go, and the new one has its time', async () => {
    await world.goLive();
    const first = world.media;
    await world.offer();
    await world.media.answers();
    await world.clock.advance(3_000);
    expect(first.closed).toBe(true);
    expect(world.status).toEqual({ state: 'connecting', step: 'media' });
    expect(world.joins).toHaveLength(1);
    world.frame();
    expect(world.status.state).toBe('live');
  });

  test('[RESUME4] where the new one comes to nothing, the moving picture stays and another is asked for', async () => {
    await world.goLive();
    const first = world.media;
    await world.offer();
    await world.media.answers();
    world.media.events.onConnection('failed');
    first.events.onFrame();
    expect(world.status).toEqual({ state: 'live', serverLost: false });
    expect(world.joins).toHaveLength(2);
    world.joined();
    await world.offer();
    expect(world.connections.map(({ closed }) => closed)).toEqual([false, true, false]);
    await world.media.answers();
    world.frame();
    expect(world.connections.map(({ closed }) => closed)).toEqual([true, true, false]);
  });

  test('[RESUME4] a server lost while the new one is made leaves the one that is shown', async () => {
    await world.goLive();
    const first = world.media;
    await world.offer();
    world.loseSocket();
    expect(world.connections.map(({ closed }) => closed)).toEqual([false, true]);
    first.events.onFrame();
    expect(world.status).toEqual({ state: 'live', serverLost: true });
  });

  test('an offer that comes while another is being answered leaves one answer and one connection', async () => {
    world.player.connect(STREAM);
    world.open();
    world.joined();
    await world.offer();
    await world.offer();
    await world.connections[0]!.answers();
    await world.media.answers();
    expect(world.socket.sentOf('answer')).toHaveLength(1);
    expect(world.connections.map(({ closed }) => closed)).toEqual([true, false]);
  });

  test('[WIRE10] one that does not follow RFC 8866 never reaches the browser; another is asked for', async () => {
    world.player.connect(STREAM);
    world.open();
    world.joined();
    world.socket.receive({ type: 'offer', from: STREAM, sdp: 'v=0\r\nnonsense\r\n' });
    await settle();
    expect(world.connections).toEqual([]);
    expect(world.joins).toHaveLength(2);
    expect(world.status).toEqual({ state: 'reconnecting', attempt: 1, retryInMs: 0, why: 'media' });
  });

  test('one that the browser can not use is asked for again, more and more slowly', async () => {
    world.random = 0.999;
    world.player.connect(STREAM);
    world.open();
    const waits: number[] = [];
    for (let round = 0; round < 7; round++) {
      world.joined();
      await world.offer();
      await world.media.refuses();
      if (world.status.state === 'reconnecting') waits.push(world.status.retryInMs);
      await world.clock.advance(waits.at(-1) ?? 0);
      expect(world.joins).toHaveLength(round + 2);
    }
    expect(waits).toEqual([0, 999, 1998, 3996, 7992, 7992, 7992]);
  });
});

describe('the camera', () => {
  test('[JOIN3] who comes before it waits, is told of it, and is offered the stream', async () => {
    world.player.connect(STREAM);
    world.open();
    world.joined();
    error('stream-not-available');
    expect(world.status).toEqual({ state: 'waiting-for-camera' });
    await world.clock.advance(3_600_000);
    expect(world.status).toEqual({ state: 'waiting-for-camera' });
    expect(world.joins).toHaveLength(1);
    world.socket.receive({ type: 'broadcaster-joined', stream_id: STREAM });
    expect(world.status).toEqual({ state: 'connecting', step: 'waiting-for-offer' });
    await world.offer();
    expect(world.status).toEqual({ state: 'connecting', step: 'media' });
  });

  test('an old server says so without a code and never tells of it: it is asked again', async () => {
    world.player.connect(STREAM);
    world.open();
    world.joined({ ice_servers: undefined });
    error(undefined, 'Stream not available');
    expect(world.status).toEqual({ state: 'waiting-for-camera' });
    await world.clock.advance(4_000);
    expect(world.joins).toHaveLength(2);
    expect(world.status).toEqual({ state: 'waiting-for-camera' });
    world.joined({ ice_servers: undefined });
    error(undefined, 'Stream not available');
    await world.clock.advance(4_000);
    expect(world.joins).toHaveLength(3);
    world.joined({ ice_servers: undefined });
    await world.offer();
    await world.media.answers();
    world.frame();
    expect(world.status.state).toBe('live');
    await world.play(10_000);
    expect(world.joins).toHaveLength(3);
  });

  test('[REG5] when it leaves, video that still flows is kept; 1 s after its last frame we wait', async () => {
    await world.goLive();
    world.socket.receive({ type: 'broadcaster-left' });
    await world.play(5_000);
    expect(world.status.state).toBe('live');
    expect(world.media.closed).toBe(false);
    await world.clock.advance(1_000);
    expect(world.status).toEqual({ state: 'waiting-for-camera' });
    expect(world.joins).toHaveLength(1);
  });

  test('[REG6] one that only lost its WebSocket goes on: no offer is needed', async () => {
    await world.goLive();
    world.socket.receive({ type: 'broadcaster-left' });
    await world.play(2_000);
    world.socket.receive({ type: 'broadcaster-joined', stream_id: STREAM });
    await world.play(10_000);
    expect(world.status.state).toBe('live');
    expect(world.joins).toHaveLength(1);
  });

  test('when its media fails after it left, nobody is asked for an offer', async () => {
    await world.goLive();
    world.socket.receive({ type: 'broadcaster-left' });
    world.media.events.onConnection('failed');
    expect(world.status).toEqual({ state: 'waiting-for-camera' });
    expect(world.joins).toHaveLength(1);
  });
});

test('[STATE5] the counters know the camera’s full size by its offer, or by what it says of its state', async () => {
  const size = { width: 1280, height: 720 };
  const fullPixels = async () => (await world.player.counters())?.fullPixels;
  await world.goLive();
  world.media.isRoute = 'direct';
  expect(await fullPixels()).toBeUndefined();
  world.socket.receive({ type: 'stream-state', from: STREAM, state: 'live', ...size });
  expect(await fullPixels()).toBe(1280 * 720);
  // One that restarts does not know what comes.
  world.socket.receive({ type: 'stream-state', from: STREAM, state: 'camera-restarting' });
  expect(await fullPixels()).toBe(1280 * 720);
  world.socket.receive({ type: 'offer', from: STREAM, sdp: OFFER, width: 640, height: 360 });
  expect(await fullPixels()).toBe(640 * 360);
  // Another camera program, which tells none.
  world.socket.receive({ type: 'offer', from: STREAM, sdp: OFFER });
  expect(await fullPixels()).toBeUndefined();
});

describe('a camera that restarts', () => {
  const state = (name: string) => world.socket.receive({ type: 'stream-state', from: STREAM, state: name });

  test('[STATE3] is told once the picture stands still; connection and picture are kept, however long it takes', async () => {
    await world.goLive();
    state('camera-restarting');
    expect(world.status.state).toBe('live');
    await world.clock.advance(3_000);
    expect(world.status).toEqual({ state: 'camera-restarting' });
    await world.clock.advance(600_000);
    expect(world.media.closed).toBe(false);
    state('live');
    world.frame();
    expect(world.status).toEqual({ state: 'live', serverLost: false });
    await world.play(20_000);
    expect(world.joins).toHaveLength(1);
  });

  test.each([
    [40, 2_900],
    [1_000, 3_900],
  ])(
    '[STATE3] with a picture each %d ms it is no broken media when told after %d ms',
    async (gapMs, toldAfterMs) => {
      await world.goLive();
      for (let frame = 0; frame < 30; frame++) {
        await world.clock.advance(gapMs);
        world.frame();
      }
      await world.clock.advance(toldAfterMs);
      state('camera-restarting');
      await world.clock.advance(60_000);
      expect(world.status).toEqual({ state: 'camera-restarting' });
      expect(world.joins).toHaveLength(1);
    },
  );

  test('[STATE3] a picture that moves is live, though nobody said so', async () => {
    await world.goLive();
    state('camera-restarting');
    await world.clock.advance(3_000);
    world.frame();
    expect(world.status).toEqual({ state: 'live', serverLost: false });
    await world.clock.advance(3_000);
    expect(world.joins).toHaveLength(2);
  });

  test('[STATE3] no picture 12 s after it is back is broken media', async () => {
    await world.goLive();
    state('camera-restarting');
    await world.clock.advance(60_000);
    state('live');
    await world.clock.advance(11_900);
    expect(world.joins).toHaveLength(1);
    await world.clock.advance(100);
    expect(world.joins).toHaveLength(2);
  });

  test('[STATE2] [STATE3] who joins meanwhile is told so, before or after the offer, and waits', async () => {
    for (const when of ['before', 'after']) {
      world = new FakeWorld();
      world.player.connect(STREAM);
      world.open();
      world.joined();
      if (when === 'before') state('camera-restarting');
      await world.offer();
      await world.media.answers();
      if (when === 'after') state('camera-restarting');
      expect(world.status).toEqual({ state: 'camera-restarting' });
      await world.clock.advance(60_000);
      expect(world.joins).toHaveLength(1);
      world.frame();
      expect(world.status.state).toBe('live');
    }
  });

  test('[STATE3] a connection that fails meanwhile is asked for again', async () => {
    await world.goLive();
    state('camera-restarting');
    await world.clock.advance(3_000);
    world.media.events.onConnection('failed');
    expect(world.joins).toHaveLength(2);
  });

  test('[REG5] and whose streamer then leaves is away', async () => {
    await world.goLive();
    state('camera-restarting');
    world.socket.receive({ type: 'broadcaster-left' });
    await world.clock.advance(3_000);
    expect(world.status).toEqual({ state: 'waiting-for-camera' });
  });

  test('[STATE4] a state that is not known is treated like live', async () => {
    await world.goLive();
    state('camera-restarting');
    state('counting-birds');
    await world.clock.advance(3_000);
    expect(world.joins).toHaveLength(2);
  });
});

describe('media that breaks', () => {
  test('[JOIN4] a picture frozen for 2 s is told, and a new offer asked for after 3 s on the same socket', async () => {
    await world.goLive();
    await world.play(1_000);
    await world.clock.advance(1_900);
    expect(world.status.state).toBe('live');
    await world.clock.advance(100);
    expect(world.status).toEqual({ state: 'reconnecting', attempt: 1, retryInMs: 0, why: 'media' });
    await world.clock.advance(900);
    expect(world.joins).toHaveLength(1);
    await world.clock.advance(100);
    expect(world.status).toEqual({ state: 'reconnecting', attempt: 1, retryInMs: 0, why: 'media' });
    expect(world.sockets).toHaveLength(1);
    expect(world.joins).toEqual([
      { type: 'join', stream_id: STREAM },
      { type: 'join', stream_id: STREAM },
    ]);
    world.joined();
    await world.offer();
    await world.media.answers();
    world.frame();
    expect(world.status).toEqual({ state: 'live', serverLost: false });
    expect(world.connections.map(({ closed }) => closed)).toEqual([true, false]);
  });

  test('a picture that stood still for 2 s and moves again was never asked for', async () => {
    await world.goLive();
    await world.play(1_000);
    await world.clock.advance(2_500);
    expect(world.status).toMatchObject({ state: 'reconnecting', why: 'media' });
    await world.play(5_000);
    expect(world.status).toEqual({ state: 'live', serverLost: false });
    expect(world.joins).toHaveLength(1);
  });

  test('where the picture stands still, the server is tested: both may be gone', async () => {
    await world.goLive();
    await world.play(5_100);
    world.socket.receive({ type: 'pong' });
    await world.clock.advance(2_000);
    expect(world.socket.sentOf('ping')).toHaveLength(2);
    await world.clock.advance(2_000);
    expect(world.sockets[0]?.closed).toBe('lost');
    expect(world.status).toMatchObject({ state: 'reconnecting', why: 'server' });
  });

  test('a slow camera is not a frozen one', async () => {
    await world.goLive();
    for (let frame = 0; frame < 10; frame++) {
      await world.clock.advance(1_500);
      world.frame();
    }
    await world.clock.advance(3_000);
    expect(world.status.state).toBe('live');
    expect(world.joins).toHaveLength(1);
  });

  test('a hidden page shows no frames, and that is no freeze', async () => {
    await world.goLive();
    world.player.handleVisible(false);
    await world.clock.advance(600_000);
    expect(world.joins).toHaveLength(1);
    world.player.handleVisible(true);
    expect(world.status.state).toBe('live');
    await world.clock.advance(1_000);
    expect(world.joins).toHaveLength(2);
  });

  test('a page that is shown again has a second for its next frame, and then its usual patience', async () => {
    await world.goLive();
    world.player.handleVisible(false);
    await world.clock.advance(600_000);
    world.player.handleVisible(true);
    await world.clock.advance(900);
    world.frame();
    await world.clock.advance(1_900);
    expect(world.status.state).toBe('live');
    expect(world.joins).toHaveLength(1);
  });

  test('a device that slept for long takes another socket at once, and is made a new offer', async () => {
    await world.goLive();
    world.clock.sleep(40_000);
    await world.clock.advance(1_000);
    expect(world.sockets.map(({ closed }) => closed)).toEqual(['lost', undefined]);
    expect(world.status).toMatchObject({ state: 'reconnecting', attempt: 1 });
    world.open();
    expect(world.joins.at(-1)).toEqual({ type: 'join', stream_id: STREAM });
    world.joined();
    await world.offer();
    await world.media.answers();
    world.frame();
    expect(world.status).toEqual({ state: 'live', serverLost: false });
    expect(world.connections.map(({ closed }) => closed)).toEqual([true, false]);
  });

  test('where it was the clock that was set, the picture goes on until the new one is there', async () => {
    await world.goLive();
    world.clock.sleep(40_000);
    await world.clock.advance(1_000);
    world.frame();
    expect(world.status.state).toBe('live');
    world.open();
    world.joined();
    await world.offer();
    expect(world.connections.map(({ closed }) => closed)).toEqual([false, false]);
  });

  test('a device that slept for a moment tests its socket', async () => {
    await world.goLive();
    await world.play(200);
    world.clock.sleep(5_000);
    await world.clock.advance(1_000);
    expect(world.sockets).toHaveLength(1);
    expect(world.socket.sentOf('ping')).toHaveLength(1);
  });

  test('a failed connection is asked for again at once', async () => {
    await world.goLive();
    world.media.events.onConnection('failed');
    expect(world.joins).toHaveLength(2);
    world.media.events.onConnection('failed');
    expect(world.joins).toHaveLength(2);
  });

  test('a connection that an offer is due for may fail: nobody is asked twice', async () => {
    await world.goLive();
    world.media.events.onConnection('failed');
    world.joined();
    world.media.events.onConnection('failed');
    await world.clock.advance(3_000);
    expect(world.joins).toHaveLength(2);
  });

  test('[JOIN8] when the network changes, a new offer is asked for, and the picture goes on until then', async () => {
    await world.goLive();
    const first = world.media;
    world.player.handleNetworkChange();
    world.player.handleNetworkChange();
    expect(world.joins).toEqual([
      { type: 'join', stream_id: STREAM },
      { type: 'join', stream_id: STREAM },
    ]);
    world.joined();
    await world.play(1_000);
    expect(world.status).toEqual({ state: 'live', serverLost: false });
    await world.offer();
    await world.media.answers();
    expect(first.closed).toBe(false);
    world.frame();
    expect(first.closed).toBe(true);
    await world.play(20_000);
    expect(world.joins).toHaveLength(2);
  });

  test('when the network changes and the picture stops before the offer comes, nobody asks twice', async () => {
    await world.goLive();
    world.player.handleNetworkChange();
    world.joined();
    await world.clock.advance(3_000);
    expect(world.joins).toHaveLength(2);
    expect(world.status).toEqual({ state: 'connecting', step: 'waiting-for-offer' });
    await world.clock.advance(3_000);
    expect(world.joins).toHaveLength(3);
  });

  test('when the network changes and the socket is dead, the video is kept and its id asked for again', async () => {
    await world.goLive();
    world.player.handleNetworkChange();
    await world.play(5_100);
    expect(world.socket.closed).toBe('lost');
    await world.play(2_000);
    world.open();
    expect(world.joins.at(-1)).toEqual({ type: 'join', stream_id: STREAM, viewer_id: 'viewer-1' });
    world.joined({ resumed: true });
    await world.play(20_000);
    expect(world.status).toEqual({ state: 'live', serverLost: false });
    expect(world.joins).toHaveLength(3);
  });

  test('a camera that registers again does not cancel the mending of a newer connection', async () => {
    await world.goLive();
    const first = world.media;
    world.player.handleNetworkChange();
    for (let n = 0; n < 2; n++) {
      world.joined();
      await world.offer();
      await world.media.answers();
      world.media.events.onConnection('failed');
    }
    const joins = world.joins.length;
    world.socket.receive({ type: 'broadcaster-joined', stream_id: STREAM });
    for (let at = 0; at < 1_000; at += 40) {
      first.events.onFrame();
      await world.clock.advance(40);
    }
    expect(world.status.state).toBe('live');
    expect(world.joins).toHaveLength(joins + 1);
  });

  test('a disconnected one has 1.5 s to mend itself', async () => {
    await world.goLive();
    world.media.events.onConnection('disconnected');
    await world.play(1_400);
    world.media.events.onConnection('connected');
    await world.play(3_000);
    expect(world.joins).toHaveLength(1);
    world.media.events.onConnection('disconnected');
    await world.play(1_600);
    expect(world.joins).toHaveLength(2);
    expect(world.status.state).toBe('live');
  });

  test('an offer that never comes, or video that never starts, is asked for again', async () => {
    world.player.connect(STREAM);
    world.open();
    world.joined();
    await world.clock.advance(6_000);
    expect(world.joins).toHaveLength(2);
    world.joined();
    await world.offer();
    await world.media.answers();
    await world.clock.advance(12_000);
    expect(world.status).toEqual({ state: 'reconnecting', attempt: 2, retryInMs: 500, why: 'media' });
    await world.clock.advance(500);
    expect(world.joins).toHaveLength(3);
  });
});

describe('refusals', () => {
  test.each(['replaced', 'bad-stream-id', 'too-many-viewers', 'not-acceptable'])(
    '[ERR1] %s ends, and nothing is left running',
    async (code) => {
      await world.goToMedia();
      error(code);
      expect(world.status).toEqual({ state: 'refused', why: code });
      expect(world.socket.closed).toBe('left');
      expect(world.media.closed).toBe(true);
      expect(world.clock.timers.size).toBe(0);
      world.player.handleNetworkChange();
      world.player.handleVisible(true);
      expect(world.sockets).toHaveLength(1);
    },
  );

  test('[ERR2] a code that is not known is treated like refused', () => {
    world.player.connect(STREAM);
    world.open();
    error('out-of-coffee', 'No coffee.');
    expect(world.status).toEqual({ state: 'refused', why: 'refused', detail: 'No coffee.' });
  });

  test('[ERR3] a broadcaster can say why there is no video', () => {
    world.player.connect(STREAM);
    world.open();
    world.joined();
    world.socket.receive({ type: 'error', from: STREAM, code: 'too-many-viewers', message: 'full' });
    expect(world.status).toEqual({ state: 'refused', why: 'too-many-viewers' });
  });

  test('an answer that is refused would be refused again', async () => {
    await world.goToMedia();
    error('bad-sdp');
    expect(world.status).toEqual({ state: 'refused', why: 'not-acceptable' });
  });

  test.each([
    'bad-json',
    'too-large',
    'unknown-type',
    'bad-message',
    'bad-candidate',
    'unknown-peer',
    'wrong-role',
  ])('%s is about one message and changes nothing', async (code) => {
    await world.goLive();
    error(code);
    expect(world.status).toEqual({ state: 'live', serverLost: false });
  });

  test.each([
    'x',
    '[]',
    '{"type":"offer"}',
    '{"type":"offer","from":7,"sdp":"v=0"}',
    '{"type":"joined","viewer_id":"<b>","stream_id":"garden"}',
    '{"type":"from-the-future"}',
    '{"type":"viewer-left","viewer_id":"viewer-1"}',
    'x'.repeat(200_000),
  ])('[WIRE11] the malformed or foreign message %.60s changes nothing', async (text) => {
    await world.goLive();
    const before = world.statuses.length;
    world.socket.events.onText(text);
    await settle();
    expect(world.statuses).toHaveLength(before);
    expect(world.socket.closed).toBeUndefined();
  });
});

describe('Disconnect', () => {
  test('closes everything from any state and leaves no timer', async () => {
    const steps: (() => void | Promise<void>)[] = [
      () => world.player.connect(STREAM),
      () => world.open(),
      () => world.joined({ ice_servers: undefined }),
      () => world.offer(),
      () => world.media.answers(),
      () => world.frame(),
      () => world.media.events.onConnection('disconnected'),
      () => world.clock.advance(3_500),
      () => world.loseSocket(),
    ];
    for (let length = 1; length <= steps.length; length++) {
      world = new FakeWorld();
      for (const step of steps.slice(0, length)) await step();
      world.player.disconnect();
      expect(world.status).toEqual({ state: 'idle' });
      expect(world.clock.timers.size).toBe(0);
      expect(world.sockets.every(({ closed }) => closed !== undefined)).toBe(true);
      expect(world.connections.every(({ closed }) => closed)).toBe(true);
      expect(world.fetches.every(({ aborted }) => aborted)).toBe(true);
      expect(world.screenCleared).toBe(1);
    }
  });

  test('50 times over leaves no timer, socket or connection', async () => {
    for (let round = 0; round < 50; round++) {
      await world.goLive();
      if (round % 2 === 0) world.player.disconnect();
    }
    world.player.disconnect();
    world.player.disconnect();
    expect(world.sockets).toHaveLength(50);
    expect(world.sockets.every(({ closed }) => closed !== undefined)).toBe(true);
    expect(world.connections.every(({ closed }) => closed)).toBe(true);
    expect(world.clock.timers.size).toBe(0);
  });

  test('what old sockets and connections still say changes nothing', async () => {
    await world.goLive();
    world.player.disconnect();
    world.frame();
    world.media.events.onConnection('failed');
    world.socket.receive({ type: 'offer', from: STREAM, sdp: OFFER });
    world.loseSocket();
    await settle();
    expect(world.status).toEqual({ state: 'idle' });
    expect(world.connections).toHaveLength(1);
    expect(world.clock.timers.size).toBe(0);
  });
});
