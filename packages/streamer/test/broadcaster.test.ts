import type { IceServer } from '@perch/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONNECT_WITHIN_MS } from '../src/domain/viewer-connection.ts';
import { REFUSALS_TOLD } from '../src/domain/viewers.ts';
import { ANSWER, candidate, rtcp, settle } from './support/fakes.ts';
import { Station, TURN } from './support/station.ts';

describe('registering', () => {
  test('[REG1] the stream is registered as soon as there is a link', () => {
    const station = new Station();
    expect(station.link.sent).toEqual([{ type: 'register', stream_id: 'garden' }]);
    expect(station.registered).toBe(1);
  });

  test('with the token that it has', () => {
    const station = new Station([], 'a.b.c');
    expect(station.link.sent).toEqual([{ type: 'register', stream_id: 'garden', token: 'a.b.c' }]);
  });

  test('[REG6] a lost link leaves the viewers their video, and the next one registers again', () => {
    const station = new Station();
    const transport = station.watch('viewer-a');
    station.studio.shoot({ keyframe: true });
    station.broadcaster.handleLinkDown();
    const before = transport.rtp.length;
    station.studio.shoot();
    expect(transport.rtp.length).toBeGreaterThan(before);
    station.linkUp();
    expect(station.link.sent).toEqual([{ type: 'register', stream_id: 'garden' }]);
    expect(station.transports.alive).toEqual([transport]);
  });

  test('[REG2] a streamer that was replaced fails, and says what to do', () => {
    const station = new Station();
    station.receive({ type: 'error', code: 'replaced', message: 'another one registered' });
    expect(station.failures).toMatchObject([{ name: 'StreamerError', reason: 'replaced' }]);
    expect(station.failures[0]!.message).toContain('--stream-id');
  });

  test('[ERR2] an error with a code of a newer server, or none, is not the end', () => {
    const station = new Station();
    station.receive({ type: 'error', code: 'brand-new', message: 'x' });
    station.receive({ type: 'error', message: 'x' });
    expect(station.failures).toEqual([]);
  });

  test('[RELAY3] what was under way to a viewer who left is no warning; other errors are one', () => {
    const station = new Station();
    const warnings = () => station.memory.lines.filter(({ level }) => level === 40);
    station.receive({ type: 'error', code: 'unknown-peer', message: 'nobody of that name' });
    expect(warnings()).toEqual([]);
    station.receive({ type: 'error', code: 'server-closing', message: 'back soon' });
    expect(warnings()).toHaveLength(1);
  });

  test('messages for viewers are passed over', () => {
    const station = new Station();
    for (const message of [
      { type: 'joined', viewer_id: 'viewer-a', stream_id: 'garden' },
      { type: 'offer', from: 'garden', sdp: 'v=0\r\n' },
      { type: 'broadcaster-joined', stream_id: 'garden' },
      { type: 'broadcaster-left' },
      { type: 'stream-state', from: 'garden', state: 'live' },
      { type: 'pong' },
    ] as const) {
      station.receive(message);
    }
    expect(station.link.sent).toHaveLength(1);
    expect(station.transports.all).toEqual([]);
  });
});

describe('making offers', () => {
  test('[JOIN1] each viewer who is announced is sent an offer and its candidates', async () => {
    const station = new Station();
    const transport = station.join('viewer-a');
    await settle();
    transport.events.onCandidate('candidate:1 1 udp 1 10.0.0.1 9 typ host', '0');
    expect(station.link.sent.slice(1)).toEqual([
      { type: 'offer', to: 'viewer-a', sdp: expect.stringMatching(/^v=0/u) },
      {
        type: 'ice-candidate',
        to: 'viewer-a',
        candidate: 'candidate:1 1 udp 1 10.0.0.1 9 typ host',
        sdpMid: '0',
        sdpMLineIndex: 0,
      },
    ]);
  });

  test('[ICE1] a viewer is reached by its own ICE servers, else by those of the registration', () => {
    const station = new Station([TURN]);
    expect(station.join('viewer-a').iceServers).toEqual([TURN]);
    const own = { urls: ['stun:stun.example'] };
    expect(station.join('viewer-b', { ice_servers: [own] }).iceServers).toEqual([own]);
    expect(station.join('viewer-c', { ice_servers: [] }).iceServers).toEqual([]);
    expect(station.asked).toBe(0);
    expect(station.iceServers).toEqual([[TURN]]);
  });

  test('[ICE4] an old server that sends none is asked over HTTP, once a registration', async () => {
    const station = new Station('old server');
    expect(station.asked).toBe(1);
    station.broadcaster.handleLinkDown();
    station.linkUp('old server');
    station.join('viewer-a');
    station.join('viewer-b');
    await settle();
    expect(station.transports.all.map(({ iceServers }) => iceServers)).toEqual([[TURN], [TURN]]);
    expect(station.link.sentOf('offer').map(({ to }) => to)).toEqual(['viewer-a', 'viewer-b']);
  });

  test('[RESUME3] without `resumed` one who is announced again gets a new connection, and keeps the old meanwhile', async () => {
    const station = new Station();
    const old = station.watch('viewer-a');
    await settle();
    const next = station.join('viewer-a');
    await settle();
    expect(station.transports.alive).toEqual([old, next]);
    expect(station.link.sentOf('offer')).toHaveLength(2);
    next.open();
    expect(station.transports.alive).toEqual([next]);
    expect(station.broadcaster.viewerCount).toBe(1);
  });

  test('[RESUME3] with `resumed` a connection that works is kept', async () => {
    const station = new Station();
    const transport = station.watch('viewer-a');
    await settle();
    station.broadcaster.handleLinkDown();
    station.linkUp();
    station.join('viewer-a', { resumed: true });
    await settle();
    expect(station.transports.alive).toEqual([transport]);
    expect(station.link.sentOf('offer')).toEqual([]);
  });

  test('[RESUME3] a resumed viewer to whom there is no connection is sent an offer', async () => {
    const station = new Station();
    station.join('viewer-a', { resumed: true });
    await settle();
    expect(station.link.sentOf('offer').map(({ to }) => to)).toEqual(['viewer-a']);
  });

  test('[RESUME3] an offer that was lost with the link is made again for a resumed viewer', async () => {
    const station = new Station();
    const first = station.join('viewer-a');
    station.broadcaster.handleLinkDown();
    await settle();
    expect(station.link.sentOf('offer')).toEqual([]);
    station.linkUp();
    const second = station.join('viewer-a', { resumed: true });
    await settle();
    expect(station.link.sentOf('offer').map(({ to }) => to)).toEqual(['viewer-a']);
    expect([first.closed, second.closed]).toEqual([true, false]);
  });

  test('[WIRE11] a connection that can not be made is said to the viewer, and the others go on', async () => {
    for (const iceServers of [[], 'old server'] as const) {
      const station = new Station(iceServers);
      await settle();
      const open = station.transports.open;
      const failing = station.transports as { open: typeof open };
      failing.open = () => {
        throw new Error('no file descriptors left');
      };
      station.join('viewer-a');
      await settle();
      expect(station.errors()).toEqual([{ to: 'viewer-a', code: 'refused' }]);
      expect(station.broadcaster.viewerCount).toBe(0);
      failing.open = open;
      station.join('viewer-b');
      await settle();
      expect(station.link.sentOf('offer').map(({ to }) => to)).toEqual(['viewer-b']);
    }
  });
});

describe('[JOIN8] a viewer who asks for a new connection', () => {
  function renewing() {
    const station = new Station();
    const old = station.watch('viewer-a');
    station.studio.shoot({ keyframe: true });
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-a' });
    const next = station.join('viewer-b', { replaces: 'viewer-a' });
    return { station, old, next };
  }

  test('is sent pictures over the old one until the new one is open, and no longer', () => {
    const { station, old, next } = renewing();
    const before = old.rtp.length;
    station.studio.shoot();
    expect(old.rtp.length).toBeGreaterThan(before);
    next.open();
    expect([old.closed, next.closed]).toEqual([true, false]);
    station.studio.shoot({ keyframe: true });
    expect(next.rtp).not.toEqual([]);
    expect(station.broadcaster.viewerCount).toBe(1);
  });

  test('has the old one again where the new one comes to nothing', () => {
    const { station, old, next } = renewing();
    next.fail();
    expect(old.closed).toBe(false);
    expect(station.broadcaster.viewerCount).toBe(1);
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-b', gone: true });
    expect(old.closed).toBe(true);
    expect(station.broadcaster.viewerCount).toBe(0);
  });

  test('and loses its WebSocket while it is made, has the old one again', () => {
    const { station, old, next } = renewing();
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-b' });
    expect([old.closed, next.closed]).toEqual([false, true]);
    station.join('viewer-b', { resumed: true });
    expect(station.transports.alive).toEqual([old]);
  });

  test('and asks once more before it is open, has the old one and the newest', () => {
    const { station, old, next } = renewing();
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-b' });
    const newest = station.join('viewer-c', { replaces: 'viewer-b' });
    expect(station.transports.alive).toEqual([old, newest]);
    expect(next.closed).toBe(true);
    newest.open();
    expect(station.transports.alive).toEqual([newest]);
  });

  test('whose old one ends first has the new one', () => {
    const { station, old, next } = renewing();
    old.fail();
    next.open();
    expect(station.transports.alive).toEqual([next]);
    expect(station.broadcaster.viewerCount).toBe(1);
  });

  test('who is gone meanwhile has neither', () => {
    const { station } = renewing();
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-b', gone: true });
    expect(station.transports.alive).toEqual([]);
    expect(station.broadcaster.viewerCount).toBe(0);
  });

  test('[JOIN7] counts once', () => {
    const { station } = renewing();
    for (const id of ['viewer-x', 'viewer-y']) station.join(id);
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-b' });
    station.join('viewer-c', { replaces: 'viewer-b' });
    expect(station.errors()).toEqual([]);
    expect(station.broadcaster.viewerCount).toBe(3);
  });

  test('leaves no connection when the streamer ends', () => {
    const { station } = renewing();
    station.broadcaster.close();
    expect(station.transports.alive).toEqual([]);
  });
});

describe('[JOIN7] a broadcaster with as many viewers as it serves', () => {
  function full(iceServers: readonly IceServer[] | 'old server' = []) {
    const station = new Station(iceServers);
    for (const id of ['viewer-a', 'viewer-b', 'viewer-c']) station.join(id);
    return station;
  }

  test('refuses one more and sends it no offer; the others are not touched', async () => {
    const station = full();
    station.join('viewer-d');
    await settle();
    expect(station.errors()).toEqual([{ to: 'viewer-d', code: 'too-many-viewers' }]);
    expect(station.link.sentOf('error')[0]!.message).toBe('the camera serves 3 viewers and no more');
    expect(station.link.sentOf('offer').map(({ to }) => to)).toEqual(['viewer-a', 'viewer-b', 'viewer-c']);
    expect(station.transports.alive).toHaveLength(3);
  });

  test('counts those whose offer waits for ICE servers', async () => {
    const station = full('old server');
    station.join('viewer-d');
    expect(station.errors()).toEqual([{ to: 'viewer-d', code: 'too-many-viewers' }]);
    await settle();
    expect(station.broadcaster.viewerCount).toBe(3);
  });

  test('counts one who is announced again, resumed or not, once', async () => {
    const station = full();
    station.join('viewer-a');
    station.join('viewer-b', { resumed: true });
    await settle();
    expect(station.errors()).toEqual([]);
    expect(station.broadcaster.viewerCount).toBe(3);
  });

  test('takes the place of one who lost its WebSocket, but of none who came back', async () => {
    const station = new Station();
    const [first, second] = ['viewer-a', 'viewer-b', 'viewer-c'].map((id) => station.watch(id));
    for (const id of ['viewer-a', 'viewer-b']) station.receive({ type: 'viewer-left', viewer_id: id });
    station.join('viewer-a', { resumed: true });
    station.watch('viewer-d');
    expect([first!.closed, second!.closed]).toEqual([false, true]);
    station.join('viewer-e');
    await settle();
    expect(station.errors()).toEqual([{ to: 'viewer-e', code: 'too-many-viewers' }]);
    expect(station.broadcaster.viewerCount).toBe(3);
  });

  test('has room again when one left', async () => {
    const station = full();
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-b', gone: true });
    station.join('viewer-d');
    await settle();
    expect(station.errors()).toEqual([]);
    expect(station.link.sentOf('offer').map(({ to }) => to)).toContain('viewer-d');
  });
});

describe("the camera's state", () => {
  const told = (station: Station) => station.link.sentOf('stream-state').map(({ to, state }) => [to, state]);

  test('[STATE1] is told to each viewer when it changes', () => {
    const station = new Station();
    station.watch('viewer-a');
    station.join('viewer-b');
    expect(told(station)).toEqual([]);
    station.broadcaster.handleCameraState('camera-restarting');
    station.broadcaster.handleCameraState('live');
    expect(told(station)).toEqual([
      ['viewer-a', 'camera-restarting'],
      ['viewer-b', 'camera-restarting'],
      ['viewer-a', 'live'],
      ['viewer-b', 'live'],
    ]);
  });

  test('[STATE2] is told to who joins while it is restarting', () => {
    const station = new Station();
    station.broadcaster.handleCameraState('camera-restarting');
    station.join('viewer-a');
    expect(told(station)).toEqual([['viewer-a', 'camera-restarting']]);
  });

  test('[STATE2] that changed while the server was away is told to who is still there', () => {
    const station = new Station();
    station.watch('viewer-a');
    station.broadcaster.handleCameraState('camera-restarting');
    station.broadcaster.handleLinkDown();
    station.broadcaster.handleCameraState('live');
    station.linkUp();
    station.join('viewer-a', { resumed: true });
    expect(told(station)).toEqual([['viewer-a', 'live']]);
  });

  test('[STATE4] an old server that refuses it is no warning', () => {
    const station = new Station();
    station.receive({ type: 'error', code: 'unknown-type', message: 'this type is not known here' });
    expect(station.memory.lines.filter(({ level }) => level === 40)).toEqual([]);
  });
});

test('[STATE5] the size of the full picture is told with each offer once it is known, and with each state', async () => {
  const station = new Station();
  station.join('viewer-a');
  await settle();
  const size = { width: 1280, height: 720 };
  station.studio.source.size = size;
  station.broadcaster.handleCameraState('live');
  station.join('viewer-b');
  await settle();
  const [first, second] = station.link.sentOf('offer');
  expect(first).not.toHaveProperty('width');
  expect(second).toMatchObject({ to: 'viewer-b', ...size });
  expect(station.link.sentOf('stream-state')).toEqual([
    { type: 'stream-state', to: 'viewer-a', state: 'live', ...size },
  ]);
});

describe('viewers who leave', () => {
  test('[RESUME5] one who has a connection keeps it', () => {
    const station = new Station();
    const transport = station.watch('viewer-a');
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-a' });
    station.studio.shoot({ keyframe: true });
    expect(transport.closed).toBe(false);
    expect(transport.rtp).not.toEqual([]);
  });

  test('[JOIN6] one who is gone is ended at once', () => {
    const station = new Station();
    const transport = station.watch('viewer-a');
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-a', gone: true });
    expect(transport.closed).toBe(true);
    expect(station.broadcaster.viewerCount).toBe(0);
  });

  test('[RESUME5] one who was still connecting is ended at once', () => {
    const station = new Station();
    const transport = station.join('viewer-a');
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-a' });
    expect(transport.closed).toBe(true);
    expect(station.broadcaster.viewerCount).toBe(0);
  });

  test('[ICE4] one who left while the HTTP request was under way is made no offer', async () => {
    const station = new Station('old server');
    station.join('viewer-a');
    station.join('viewer-b');
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-a' });
    await settle();
    expect(station.link.sentOf('offer').map(({ to }) => to)).toEqual(['viewer-b']);
    expect(station.broadcaster.viewerCount).toBe(1);
  });

  test('[ICE4] one who left and came back while it was under way is made one offer', async () => {
    const station = new Station('old server');
    station.join('viewer-a');
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-a' });
    station.join('viewer-a');
    await settle();
    expect(station.link.sentOf('offer').map(({ to }) => to)).toEqual(['viewer-a']);
    expect(station.transports.all).toHaveLength(1);
  });

  test('one whose connection ends is forgotten', () => {
    const station = new Station();
    const transport = station.watch('viewer-a');
    transport.fail();
    expect(station.broadcaster.viewerCount).toBe(0);
  });

  test('one who never connects, or falls silent, is found without any message', () => {
    const station = new Station();
    station.join('viewer-a');
    station.studio.clock.advance(CONNECT_WITHIN_MS + 2_000);
    expect(station.broadcaster.viewerCount).toBe(0);

    station.watch('viewer-b');
    station.studio.shoot({ keyframe: true });
    station.studio.film(7_000);
    expect(station.broadcaster.viewerCount).toBe(0);
  });
});

describe('what viewers send', () => {
  test('[WIRE9] candidates are taken with an index only, a name only or neither', () => {
    const station = new Station();
    const transport = station.join('viewer-a');
    station.receive({ type: 'ice-candidate', from: 'viewer-a', candidate: candidate(1), sdpMLineIndex: 0 });
    station.receive({ type: 'ice-candidate', from: 'viewer-a', candidate: candidate(2), sdpMid: 'video' });
    station.receive({ type: 'ice-candidate', from: 'viewer-a', candidate: candidate(3), sdpMid: null });
    expect(transport.candidates).toEqual([candidate(1), candidate(2), candidate(3)]);
  });

  test('[WIRE8] the end of candidates is no candidate', () => {
    const station = new Station();
    const transport = station.join('viewer-a');
    station.receive({ type: 'ice-candidate', from: 'viewer-a', candidate: '', sdpMid: '0' });
    expect(transport.candidates).toEqual([]);
    expect(station.errors()).toEqual([]);
  });

  test('[ERR3] [WIRE10] a broken answer is refused to its viewer, who may send a better one', () => {
    const station = new Station();
    const transport = station.join('viewer-a');
    const other = station.join('viewer-b');
    for (const sdp of ['v=0\r\n', ANSWER.replace('a=fingerprint', 'a=x'), ANSWER.replace('m=video', 'm=')]) {
      station.receive({ type: 'answer', from: 'viewer-a', sdp });
    }
    expect(station.errors()).toEqual(Array(3).fill({ to: 'viewer-a', code: 'bad-sdp' }));
    expect([transport.answers, other.closed]).toEqual([[], false]);
    station.receive({ type: 'answer', from: 'viewer-a', sdp: ANSWER });
    expect(transport.answers).toEqual([ANSWER]);
  });

  test('[ERR3] [WIRE10] a broken candidate is refused to its viewer', () => {
    const station = new Station();
    const transport = station.join('viewer-a');
    station.receive({ type: 'ice-candidate', from: 'viewer-a', candidate: 'candidate:1 1 udp' });
    expect(station.errors()).toEqual([{ to: 'viewer-a', code: 'bad-candidate' }]);
    expect(transport.candidates).toEqual([]);
  });

  test('[ERR3] a second answer is refused, and the connection goes on', () => {
    const station = new Station();
    const transport = station.watch('viewer-a');
    station.receive({ type: 'answer', from: 'viewer-a', sdp: ANSWER });
    expect(station.errors()).toEqual([{ to: 'viewer-a', code: 'wrong-role' }]);
    expect(transport.closed).toBe(false);
  });

  test('[ERR5] a viewer who sends nothing but broken candidates costs a few messages and lines, and no other viewer anything', () => {
    const station = new Station();
    station.join('viewer-a');
    const sendBroken = (from: string) =>
      station.receive({ type: 'ice-candidate', from, candidate: 'candidate:x' });
    for (let n = 0; n < 1_000; n++) sendBroken('viewer-a');
    expect(station.errors()).toHaveLength(REFUSALS_TOLD);
    const refused = () =>
      station.memory.lines.filter((line) => JSON.stringify(line).includes('bad-candidate'));
    expect(refused()).toHaveLength(REFUSALS_TOLD);
    station.join('viewer-b');
    sendBroken('viewer-b');
    expect(station.errors().at(-1)).toEqual({ to: 'viewer-b', code: 'bad-candidate' });
  });

  test('[ERR4] neither the refusal nor the log repeats what was received', () => {
    const station = new Station();
    station.join('viewer-a');
    station.receive({ type: 'answer', from: 'viewer-a', sdp: ANSWER.replace('a=mid:0', 'secret\u202e') });
    station.receive({ type: 'ice-candidate', from: 'viewer-a', candidate: 'secret' });
    expect(JSON.stringify([station.link.sentOf('error'), station.memory.lines])).not.toContain('secret');
  });

  test('[WIRE11] answers and candidates of viewers who are not known change nothing', () => {
    const station = new Station();
    station.receive({ type: 'answer', from: 'viewer-x', sdp: ANSWER });
    station.receive({ type: 'ice-candidate', from: 'viewer-x', candidate: candidate() });
    station.receive({ type: 'viewer-left', viewer_id: 'viewer-x' });
    expect(station.link.sent).toHaveLength(1);
  });

  test('[WIRE10] only what follows the RFCs reaches the transport, whatever is sent', () => {
    const station = new Station();
    const transport = station.join('viewer-a');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        station.receive({ type: 'ice-candidate', from: 'viewer-a', candidate: `candidate:${text}` });
        station.receive({ type: 'answer', from: 'viewer-a', sdp: `v=0\r\n${text}` });
      }),
    );
    expect(transport.candidates).toEqual([]);
    expect(transport.answers).toEqual([]);
  });
});

test('its stats have a line for each viewer who is connected', () => {
  const station = new Station();
  station.join('viewer-0123456789abcdef');
  expect(station.broadcaster.stats()).toEqual([]);
  station.transports.last.open();
  station.studio.shoot({ keyframe: true });
  expect(station.broadcaster.stats()).toMatchObject([
    { viewer: 'viewer-012345678', layer: 'main', route: 'direct', lossShare: 0, roundTripMs: undefined },
  ]);
  expect(station.broadcaster.stats()[0]!.sentBytes).toBeGreaterThan(0);
});

describe('close', () => {
  test('ends every connection and keeps no timer', async () => {
    const station = new Station('old server');
    station.join('viewer-a');
    await settle();
    station.transports.last.open();
    station.join('viewer-b');
    station.broadcaster.close();
    station.broadcaster.close();
    await settle();
    station.studio.clock.advance(60_000);
    expect(station.transports.alive).toEqual([]);
    expect(station.studio.clock.timers.size).toBe(0);
    expect(station.broadcaster.viewerCount).toBe(0);
  });

  test('a viewer who is announced afterwards gets no connection', () => {
    const station = new Station();
    station.broadcaster.close();
    station.receive({ type: 'viewer-joined', viewer_id: 'viewer-a' });
    expect(station.transports.all).toEqual([]);
  });
});

test('any order of joins, answers, leaves, lost links and ends leaves a viewer one connection once it is open', async () => {
  const viewers = ['viewer-a', 'viewer-b'] as const;
  const step = fc.tuple(
    fc.constantFrom('join', 'resume', 'leave', 'answer', 'open', 'fail', 'down', 'up', 'wait'),
    fc.constantFrom(...viewers),
  );
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 30 }), async (oldServer, steps) => {
      const iceServers = oldServer ? 'old server' : [];
      const station = new Station(iceServers);
      for (const [what, viewer_id] of steps) {
        if (what === 'join') station.receive({ type: 'viewer-joined', viewer_id });
        if (what === 'resume') station.receive({ type: 'viewer-joined', viewer_id, resumed: true });
        if (what === 'leave') station.receive({ type: 'viewer-left', viewer_id });
        if (what === 'answer') station.receive({ type: 'answer', from: viewer_id, sdp: ANSWER });
        if (what === 'open') station.transports.alive.at(-1)?.open();
        if (what === 'fail') station.transports.alive.at(-1)?.fail();
        if (what === 'down') station.broadcaster.handleLinkDown();
        if (what === 'up') station.linkUp(iceServers);
        if (what === 'wait') await settle();
        station.studio.shoot({ keyframe: true });
        for (const transport of station.transports.alive) transport.receive(rtcp.receiverReport());
      }
      await settle();
      expect(station.broadcaster.viewerCount).toBeLessThanOrEqual(viewers.length);
      expect(station.transports.alive.length).toBeLessThanOrEqual(2 * station.broadcaster.viewerCount);
      // Where one is on its way, the one before it ends as soon as it is open.
      for (const transport of station.transports.alive) transport.open();
      expect(station.transports.alive).toHaveLength(station.broadcaster.viewerCount);
      station.broadcaster.close();
      expect(station.transports.alive).toEqual([]);
      expect(station.studio.clock.timers.size).toBe(0);
    }),
  );
});
