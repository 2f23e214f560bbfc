/**
 * WebSocket clients that break RFC 6455 in every way that the Autobahn test suite knows, and upgrades that are none,
 * beside a pair that must not notice. Which category of the suite a group is stands in its name.
 */

import { connect } from 'node:net';
import { MAX_MESSAGE_CHARS } from '@perch/protocol';
import { describe, expect, test } from 'vitest';
import { SDP } from './support/fake-peer.ts';
import { closeFrame, describeFrames, exchange, frame, HANDSHAKE, OPCODE } from './support/raw-web-socket.ts';
import { startTestServer, type TestServer } from './support/test-server.ts';

const PING = '{"type":"ping"}';
const text = (payload: string | Uint8Array, options = {}) => frame(OPCODE.text, payload, options);
const more = (payload: string | Uint8Array, fin = true) => frame(OPCODE.continuation, payload, { fin });
const open = { fin: false };
const bytes = (...values: number[]) => Uint8Array.from(values);
/** A JSON string with these bytes in it. */
const quoted = (...values: number[]) => bytes(0x22, ...values, 0x22);

type Case = readonly [name: string, frames: readonly Uint8Array[], heard: readonly string[]];

/** Ends what is not ended by its own fault. */
const DONE = closeFrame(1000);
const CLOSED = 'close 1000';
const BAD = 'close 1002';
const BAD_TEXT = 'close 1007';

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'framing (1)': [
    ['an empty text', [text(''), DONE], ['error bad-json', CLOSED]],
    ...[125, 126, 127, 128, 4096].map(
      (length): Case => [`a text of ${length} bytes`, [text(PING.padEnd(length)), DONE], ['pong', CLOSED]],
    ),
    ...[65_535, 65_536, MAX_MESSAGE_CHARS + 1].map(
      (length): Case => [
        `a text of ${length} bytes`,
        [text('x'.repeat(length)), DONE],
        [length > MAX_MESSAGE_CHARS ? 'error too-large' : expect.stringMatching(/^error /u), CLOSED],
      ],
    ),
    ['a binary frame', [frame(OPCODE.binary, PING), DONE], ['pong', CLOSED]],
    [
      'a text byte by byte',
      [...Buffer.concat([text(PING), DONE])].map((byte) => bytes(byte)),
      ['pong', CLOSED],
    ],
    ['frames in one piece', [Buffer.concat([text(PING), text(PING), DONE])], ['pong', 'pong', CLOSED]],
  ],
  'pings and pongs (2)': [
    ['an empty ping', [frame(OPCODE.ping), DONE], ['pong', CLOSED]],
    ['a ping with text', [frame(OPCODE.ping, 'hello'), DONE], ['pong hello', CLOSED]],
    ['a ping of 125 bytes', [frame(OPCODE.ping, 'x'.repeat(125)), DONE], [`pong ${'x'.repeat(125)}`, CLOSED]],
    ['a ping of 126 bytes', [frame(OPCODE.ping, 'x'.repeat(126))], [BAD]],
    ['pongs that nobody asked for', [frame(OPCODE.pong), frame(OPCODE.pong, 'x'), DONE], [CLOSED]],
    [
      'ten pings',
      [...Array.from({ length: 10 }, (_, n) => frame(OPCODE.ping, `${n}`)), DONE],
      [...Array.from({ length: 10 }, (_, n) => `pong ${n}`), CLOSED],
    ],
  ],
  'reserved bits (3)': [1, 2, 3, 4, 5, 6, 7].flatMap((reserved) =>
    Object.entries(OPCODE)
      .filter(([name]) => name !== 'continuation')
      .map(([name, opcode]): Case => [`${reserved} in a ${name}`, [frame(opcode, '', { reserved })], [BAD]]),
  ),
  'opcodes (4)': [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode): Case[] => [
    [`${opcode}`, [frame(opcode)], [BAD]],
    [`${opcode} after a text`, [text(PING), frame(opcode, 'x'), text(PING)], ['pong', BAD]],
  ]),
  'fragments (5)': [
    ['a ping in two', [frame(OPCODE.ping, 'x', open), more('y')], [BAD]],
    ['a pong in two', [frame(OPCODE.pong, 'x', open), more('y')], [BAD]],
    ['a close in two', [frame(OPCODE.close, '', open), more('')], [BAD]],
    ['a text in two', [text('{"type":', open), more('"ping"}'), DONE], ['pong', CLOSED]],
    ['empty ones', [text('', open), more('', false), more(PING, false), more(''), DONE], ['pong', CLOSED]],
    [
      'a ping between them',
      [text('{"type":', open), frame(OPCODE.ping, 'x'), more('"ping"}'), DONE],
      ['pong x', 'pong', CLOSED],
    ],
    ['a continuation of nothing', [more('x')], [BAD]],
    ['a continuation of nothing that goes on', [more('x', false), more('y')], [BAD]],
    ['a continuation of what is whole', [text(PING), more('x')], ['pong', BAD]],
    ['a text within a text', [text('{', open), text(PING)], [BAD]],
    ['a binary within a text', [text('{', open), frame(OPCODE.binary, '}')], [BAD]],
    ['a close between them', [text('{', open), DONE], [CLOSED]],
  ],
  'UTF-8 (6)': [
    [
      'characters cut by borders, whole again',
      [
        text(bytes(0x22, 0xe4, 0xbd), open),
        more(bytes(0xa0, 0xf0), false),
        more(bytes(0x9f, 0x98, 0x80, 0x22)),
        DONE,
      ],
      ['error bad-json', CLOSED],
    ],
    [
      'a character that a border cuts for good',
      [text(bytes(0x22, 0xe4, 0xbd), open), more(bytes(0x22))],
      [BAD_TEXT],
    ],
    ['a wrong byte in the second fragment', [text('"good', open), more(quoted(0xff))], [BAD_TEXT]],
    ...(
      [
        ['a continuation byte alone', [0x80]],
        ['an overlong slash', [0xc0, 0xaf]],
        ['an overlong zero', [0xe0, 0x80, 0x80]],
        ['the first overlong of four', [0xf0, 0x8f, 0xbf, 0xbf]],
        ['a high surrogate', [0xed, 0xa0, 0x80]],
        ['a low surrogate', [0xed, 0xbf, 0xbf]],
        ['a pair of surrogates', [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80]],
        ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
        ['five bytes', [0xf8, 0x88, 0x80, 0x80, 0x80]],
        ['six bytes', [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80]],
        ['FE', [0xfe]],
        ['FF', [0xff]],
        ['a sequence without its end', [0xf0, 0x9f, 0x98]],
        ['a sequence with another in it', [0xe4, 0x61, 0xbd]],
      ] as const
    ).map(([name, values]): Case => [name, [text(quoted(...values))], [BAD_TEXT]]),
    ...(
      [
        ['U+FFFF', [0xef, 0xbf, 0xbf]],
        ['U+10FFFF', [0xf4, 0x8f, 0xbf, 0xbf]],
        ['U+FFFD', [0xef, 0xbf, 0xbd]],
        ['zero', [0x00]],
      ] as const
    ).map(
      ([name, values]): Case => [
        `${name} is sound`,
        [text(quoted(...values)), DONE],
        ['error bad-json', CLOSED],
      ],
    ),
  ],
  'closing (7)': [
    ['no code', [frame(OPCODE.close)], ['close']],
    ['one byte', [frame(OPCODE.close, 'x')], [BAD]],
    ['the longest reason', [closeFrame(1000, 'x'.repeat(123))], [CLOSED]],
    ['a reason that is too long', [closeFrame(1000, 'x'.repeat(124))], [BAD]],
    ['a reason that is not UTF-8', [closeFrame(1000, bytes(0xce, 0xba, 0xe1))], [BAD_TEXT]],
    ['twice', [DONE, DONE], [CLOSED]],
    ['and more after it', [Buffer.concat([DONE, text(PING), frame(OPCODE.ping, 'x')])], [CLOSED]],
    ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].map(
      (code): Case => [`with ${code}`, [closeFrame(code)], [`close ${code}`]],
    ),
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(
      (code): Case => [`with ${code}, which is no code`, [closeFrame(code)], [BAD]],
    ),
  ],
  'limits (9)': [
    ['a frame of 4 MB', [text('', { length: 4 * 1024 * 1024 })], ['close 1009']],
    ['a frame of 2^53 bytes', [text('', { length: 2n ** 53n })], ['close 1009']],
    ['a frame of 2^64 - 1 bytes', [text('', { length: 2n ** 64n - 1n })], ['close 1009']],
    [
      'fragments that come to too much',
      [text('x'.repeat(300_000), open), more('x'.repeat(300_000))],
      ['close 1009'],
    ],
    [
      'too many fragments',
      [text('', open), ...Array.from({ length: 80 }, () => more('', false))],
      ['close 1008'],
    ],
    ['a ping that says it is long', [frame(OPCODE.ping, '', { length: 65_536 })], [BAD]],
  ],
  masks: Object.entries(OPCODE).map(
    ([name, opcode]): Case => [`none on a ${name}`, [frame(opcode, 'x', { masked: false })], [BAD]],
  ),
  'compression that was not agreed on (12, 13)': [
    ['a text that says it is compressed', [text(PING, { reserved: 4 })], [BAD]],
    ['the first fragment of one', [text('{', { ...open, reserved: 4 })], [BAD]],
  ],
};

async function honestPair(server: TestServer) {
  const camera = await server.connect();
  await camera.register('cam');
  const viewer = await server.connect();
  const id = await viewer.join('cam');
  await camera.settle();
  /** They heard nothing of all this, and the server still does its work. */
  const prove = async () => {
    expect(await camera.settle()).toEqual([]);
    expect(await viewer.settle()).toEqual([]);
    camera.send({ type: 'offer', to: id, sdp: SDP });
    expect(await viewer.next()).toEqual({ type: 'offer', from: 'cam', sdp: SDP });
  };
  const leave = async () => {
    for (const { socket, closed } of [camera, viewer]) {
      socket.close(1000);
      await closed;
    }
  };
  return { prove, leave };
}

/** Nobody is there any more, and nothing is kept for anybody. */
async function expectEmpty(server: TestServer): Promise<void> {
  const levels = async () => {
    const metrics = await (await fetch(`${server.httpUrl}/metrics`)).text();
    return [...metrics.matchAll(/^perch_(?:websockets|streams|broadcasters|viewers) (\d+)$/gmu)].map(
      ([, it]) => it,
    );
  };
  // Who was sent away with more to say is not read any more, and cut off a second later.
  server.scheduler.advance(1_000);
  await expect.poll(levels).toEqual(['0', '0', '0', '0']);
}

/** Past every limit on how often one address may come. */
const ROOMY = { requestsPerSecond: 10_000, socketsPerAddress: 1_000 };

describe('frames', () => {
  test.each(Object.entries(CASES))(
    '[WIRE11] %s: each is closed as RFC 6455 says, nobody else notices',
    async (_, cases) => {
      const server = await startTestServer({ limits: ROOMY });
      const honest = await honestPair(server);
      const answers = await Promise.all(
        cases.map(async ([name, frames]) => {
          const answer = await exchange(server.running.port, [HANDSHAKE, ...frames]);
          return [name, ...describeFrames(answer)];
        }),
      );
      expect(answers).toEqual(cases.map(([name, , heard]) => [name, ...heard]));
      await honest.prove();
      await honest.leave();
      await expectEmpty(server);
    },
  );
});

const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const upgrade = (headers: string, request = 'GET / HTTP/1.1') =>
  `${request}\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${headers}\r\n`;
const version = 'Sec-WebSocket-Version: 13\r\n';

const UPGRADES: readonly (readonly [name: string, request: string, status: number])[] = [
  ['without a key', upgrade(version), 400],
  ['with an empty key', upgrade(`Sec-WebSocket-Key: \r\n${version}`), 400],
  ['with a key that is too short', upgrade(`Sec-WebSocket-Key: AAAA\r\n${version}`), 400],
  ['with two keys', upgrade(key + key + version), 400],
  ['without a version', upgrade(key), 400],
  ['with version 99', upgrade(`${key}Sec-WebSocket-Version: 99\r\n`), 400],
  ['with two versions', upgrade(key + version + version), 400],
  ['by POST', upgrade(key + version, 'POST / HTTP/1.1'), 405],
  ['to something else', upgrade(key + version).replace('Upgrade: websocket', 'Upgrade: h2c'), 400],
  ['with a subprotocol that is none', upgrade(`${key}${version}Sec-WebSocket-Protocol: ,,\r\n`), 400],
  ['with an extension that is none', upgrade(`${key}${version}Sec-WebSocket-Extensions: a;;=\r\n`), 101],
  ['with a header of 64 KB', upgrade(`${key}${version}X: ${'x'.repeat(65_536)}\r\n`), 431],
  ['with 3,000 headers', upgrade(`${key}${version}${'X-Many: headers\r\n'.repeat(3_000)}`), 431],
  ['with a header without a colon', upgrade(`${key}${version}nonsense\r\n`), 400],
  ['with a zero in a header', upgrade(`${key}${version}X: \0\r\n`), 400],
  ['with two lengths of a body', upgrade(`${key}${version}Content-Length: 1\r\nContent-Length: 2\r\n`), 400],
  ['with a version of HTTP that there is not', upgrade(key + version, 'GET / HTTP/9.9'), 400],
  ['in bytes that are no HTTP', '\0\x01\x02\x16\x03\x01\r\n\r\n', 400],
];

describe('upgrades', () => {
  test('[WIRE11] what is no upgrade is answered and ended, and nobody else notices', async () => {
    const server = await startTestServer({ limits: ROOMY });
    const honest = await honestPair(server);
    const answers = await Promise.all(
      UPGRADES.map(async ([name, request]) => {
        const isAnswered = ({ status }: { readonly status: number }) => status === 101;
        return [name, (await exchange(server.running.port, [request], isAnswered)).status];
      }),
    );
    expect(answers).toEqual(UPGRADES.map(([name, , status]) => [name, status]));
    await honest.prove();
    await honest.leave();
    await expectEmpty(server);
  });

  test('[WIRE11] what comes on the heels of an upgrade is read as frames', async () => {
    const server = await startTestServer();
    const sound = await exchange(server.running.port, [
      Buffer.concat([Buffer.from(HANDSHAKE), text(PING), DONE]),
    ]);
    expect(describeFrames(sound)).toEqual(['pong', CLOSED]);
    const garbage = await exchange(server.running.port, [`${HANDSHAKE}GET / HTTP/1.1\r\nHost: x\r\n\r\n`]);
    expect(describeFrames(garbage)).toEqual([BAD]);
    await expectEmpty(server);
  });

  test('a compressor that is offered is not taken: it costs memory, and bombs come through it', async () => {
    const server = await startTestServer();
    const offer = 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n';
    const { status, head } = await exchange(server.running.port, [upgrade(key + version + offer), DONE]);
    expect(status).toBe(101);
    expect(head).not.toMatch(/sec-websocket-extensions/iu);
  });

  test('a request that comes byte by byte is ended when its time is over, however steady it is', async () => {
    const server = await startTestServer({ limits: { ...ROOMY, handshakeSeconds: 1 } });
    const honest = await honestPair(server);
    const socket = connect(server.running.port, '127.0.0.1');
    let at = 0;
    const drip = setInterval(() => socket.write(HANDSHAKE[at++ % 40] ?? ''), 20);
    let answer = '';
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      answer += data;
    });
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    clearInterval(drip);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /u);
    await honest.prove();
  });
});
