/** Ten thousand messages that no honest client sends, beside a pair that must not notice. */
import { ERROR_CODES } from '@perch/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SDP } from './support/fake-peer.ts';
import { startTestServer } from './support/test-server.ts';

const MESSAGES = 10_000;
const BATCH = 250;
const SEED = 20_260_101;

const types = fc.constantFrom(
  'register',
  'join',
  'offer',
  'answer',
  'ice-candidate',
  'error',
  'ping',
  'registered',
  'viewer-left',
  '__proto__',
  'constructor',
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom('\ud800', '\u0000', '\u202e', '\u2028', '..', '%00', "'; --", 'viewer-1', 'cam'),
);
const long = fc.integer({ min: 1, max: 110_000 }).map((length) => 'x'.repeat(length));
const anything = fc.oneof({ weight: 3, arbitrary: fc.jsonValue() }, { weight: 3, arbitrary: text });

const sdpLine = fc.oneof(
  fc.constantFrom(
    'a=candidate:',
    'm=video 9',
    'a=fingerprint:sha-256 00',
    'v=1',
    '=',
    '',
    'a=ice-ufrag:',
    's=',
  ),
  text,
);
const sdp = fc
  .tuple(fc.constantFrom('v=0\r\n', 'v=0\n', 'v=0', ''), fc.array(sdpLine, { maxLength: 20 }))
  .map(([start, lines]) => start + lines.join('\r\n'));
const candidate = fc
  .array(
    fc.oneof(fc.constantFrom('candidate:1', 'udp', 'typ', 'host', '-1', '99999999999', '::', '\n'), text),
    {
      maxLength: 12,
    },
  )
  .map((words) => words.join(' '));

const fields = fc.record(
  {
    type: fc.oneof({ weight: 8, arbitrary: types }, { weight: 1, arbitrary: anything }),
    stream_id: anything,
    viewer_id: anything,
    to: anything,
    from: anything,
    sdp: fc.oneof(sdp, anything),
    candidate: fc.oneof(candidate, anything),
    sdpMid: anything,
    sdpMLineIndex: fc.oneof(fc.double(), anything),
    message: anything,
    code: anything,
  },
  { requiredKeys: [] },
);
const deep = fc
  .tuple(fc.constantFrom('[', '{"a":'), fc.integer({ min: 1, max: 20_000 }))
  .map(([open, depth]) => `{"type":"ping","x":${open.repeat(depth)}`);
const oversized = fc
  .tuple(types, long)
  .map(([type, filler]) =>
    JSON.stringify({ type, stream_id: filler, to: filler, sdp: filler, candidate: filler }),
  );

const frame: fc.Arbitrary<string> = fc.oneof(
  { weight: 200, arbitrary: fields.map((message) => JSON.stringify(message)) },
  { weight: 20, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
  { weight: 20, arbitrary: fc.tuple(fields, fc.nat(80)).map(([m, at]) => JSON.stringify(m).slice(0, at)) },
  { weight: 20, arbitrary: text },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: oversized },
);

test('[WIRE11] [ERR1] 10,000 malformed messages: each refusal has a code, nobody else notices', async () => {
  const limits = { viewerMessagesPerSecond: 1e6, viewerMessagesPerAddress: 1e6 };
  const forBroadcasters = { broadcasterMessagesPerSecond: 1e6, broadcasterMessagesPerAddress: 1e6 };
  const server = await startTestServer({ limits: { ...limits, ...forBroadcasters } });
  const camera = await server.connect();
  await camera.register('honest camera');
  const viewer = await server.connect();
  const viewerId = await viewer.join('honest camera');
  await camera.settle();

  const attackers = [await server.connect(), await server.connect(), await server.connect()];
  await attackers[1]!.register('cam');
  await attackers[2]!.join('cam');
  const messages = fc.sample(frame, { numRuns: MESSAGES, seed: SEED });
  const codes = new Map<string, number>();
  for (let start = 0; start < MESSAGES; start += BATCH) {
    const seat = (start / BATCH) % attackers.length;
    // One attacker may take another's stream, and so close its socket.
    if (attackers[seat]!.socket.readyState !== WebSocket.OPEN) attackers[seat] = await server.connect();
    const attacker = attackers[seat]!;
    for (const message of messages.slice(start, start + BATCH)) attacker.socket.send(message);
    for (const answer of await attacker.settle()) {
      if (answer.type !== 'error') continue;
      expect(ERROR_CODES).toContain(answer.code);
      expect(answer.message).toBeTypeOf('string');
      codes.set(String(answer.code), (codes.get(String(answer.code)) ?? 0) + 1);
    }
  }
  const refused = [...codes.values()].reduce((sum, count) => sum + count, 0);
  expect(refused).toBeGreaterThan(MESSAGES / 2);
  expect([...codes.keys()]).toEqual(
    expect.arrayContaining([
      'bad-json',
      'unknown-type',
      'bad-message',
      'bad-stream-id',
      'bad-sdp',
      'too-large',
    ]),
  );

  expect(await viewer.settle()).toEqual([]);
  expect(await camera.settle()).toEqual([]);
  camera.send({ type: 'offer', to: viewerId, sdp: SDP });
  expect(await viewer.next()).toEqual({ type: 'offer', from: 'honest camera', sdp: SDP });
  viewer.send({ type: 'answer', to: 'honest camera', sdp: SDP });
  expect(await camera.next()).toEqual({ type: 'answer', from: viewerId, sdp: SDP });
}, 30_000);
