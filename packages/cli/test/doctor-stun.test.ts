/** STUN as bytes against the RFC's test vectors, and an allocation against TURN servers that go wrong. */
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openTcp } from '../src/doctor/reach.ts';
import {
  ATTRIBUTE,
  decodeAnswer,
  encodeRequest,
  errorCode,
  longTermKey,
  METHOD,
  readAddress,
  splitStream,
} from '../src/doctor/stun/stun-message.ts';
import { StunSocket } from '../src/doctor/stun/stun-socket.ts';
import { StunStream } from '../src/doctor/stun/stun-stream.ts';
import { tryAllocation } from '../src/doctor/stun/turn-allocation.ts';
import {
  closedPort,
  closeServers,
  type FakeTurn,
  fakeTurn,
  fakeTurnOverTcp,
  silentPort,
  tcpServer,
} from './support/fake-servers.ts';

afterEach(() => {
  vi.useRealTimers();
  closeServers();
});

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s+/g, ''), 'hex');

describe('a STUN message', () => {
  test('is signed as in RFC 5769, section 2.4', () => {
    const request = encodeRequest(
      METHOD.binding,
      hex('78ad3433 c6ad72c0 29da412e'),
      [
        [ATTRIBUTE.username, Buffer.from('マトリックス')],
        [ATTRIBUTE.nonce, Buffer.from('f//499k954d6OL34oL9FSTvy64sA')],
        [ATTRIBUTE.realm, Buffer.from('example.org')],
      ],
      longTermKey('マトリックス', 'example.org', 'TheMatrIX'),
    );
    expect(request.toString('hex')).toBe(
      hex(`00010060 2112a442 78ad3433 c6ad72c0 29da412e
        00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000
        0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341
        0014000b 6578616d 706c652e 6f726700
        00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666`).toString('hex'),
    );
  });

  test.each([
    [
      'IPv4, section 2.2',
      `0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220
       00200008 0001a147 e112a643 00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96`,
      { host: '192.0.2.1', port: 32853 },
    ],
    [
      'IPv6, section 2.3',
      `01010048 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220
       00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
       00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c`,
      { host: '2001:db8:1234:5678:11:2233:4455:6677', port: 32853 },
    ],
  ])('tells the address of RFC 5769: %s', (_, bytes, address) => {
    const answer = decodeAnswer(hex(bytes));
    expect(answer?.success).toBe(true);
    expect(answer && readAddress(answer, ATTRIBUTE.xorMappedAddress)).toEqual(address);
  });

  test('is read or passed over, whatever it holds', () => {
    const cookie = hex('0101 0010 2112a442');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, withHead) => {
        const answer = decodeAnswer(Buffer.concat([withHead ? cookie : Buffer.alloc(0), bytes]));
        if (answer === undefined) return;
        errorCode(answer);
        for (const type of Object.values(ATTRIBUTE)) readAddress(answer, type);
      }),
    );
  });
});

describe('a stream', () => {
  const messages = [1, 2, 3].map((id) =>
    encodeRequest(METHOD.binding, Buffer.alloc(12, id), [[ATTRIBUTE.username, Buffer.alloc(id)]]),
  );
  const bytes = Buffer.concat(messages);

  test.each([1, 19, 20, 21, 500])('that comes %i bytes at a time is cut into its messages', (size) => {
    const found: Buffer[] = [];
    let rest: Buffer = Buffer.alloc(0);
    for (let at = 0; at < bytes.length; at += size) {
      const split = splitStream(Buffer.concat([rest, bytes.subarray(at, at + size)]));
      found.push(...(split?.messages ?? []));
      rest = split?.rest ?? rest;
    }
    expect(found).toEqual(messages);
    expect(rest).toHaveLength(0);
  });

  test.each([
    ['HTTP', Buffer.from('H')],
    ['SSH, whatever came before', Buffer.concat([bytes, Buffer.from('SSH-2.0-OpenSSH')])],
    ['zeros', Buffer.alloc(20)],
  ])('of something else is told: %s', (_, other) => {
    expect(splitStream(other)).toBeUndefined();
  });

  test('loses and adds nothing, whatever it holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (more) => {
        const all = Buffer.concat([bytes, more]);
        const split = splitStream(all);
        if (split !== undefined) expect(Buffer.concat([...split.messages, split.rest])).toEqual(all);
      }),
    );
  });
});

describe('an allocation', () => {
  const login = { username: 'user', credential: 'good' };

  async function attempt(port: number) {
    const server = { host: '127.0.0.1', port };
    const socket = await StunSocket.connect(server);
    try {
      const allocation = await tryAllocation((...request) => socket.ask(server, ...request), login);
      return { allocation, refused: socket.refused };
    } finally {
      socket.close();
    }
  }

  async function attemptOverTcp(port: number) {
    const opened = await openTcp('127.0.0.1', port);
    if (!opened.ok) throw new Error(opened.code);
    const stream = new StunStream(opened.socket);
    try {
      const allocation = await tryAllocation((...request) => stream.ask(...request), login);
      return { allocation, end: stream.end };
    } finally {
      stream.close();
    }
  }

  describe.each([
    ['UDP', async (turn: FakeTurn) => await attempt(await fakeTurn(turn))],
    ['TCP', async (turn: FakeTurn) => await attemptOverTcp(await fakeTurnOverTcp(turn))],
  ])('over %s', (_, attemptWith) => {
    test.each<[string, FakeTurn, object]>([
      [
        'is made with the right password',
        {},
        { kind: 'allocated', relayed: { host: '127.0.0.1', port: 50_000 } },
      ],
      [
        'is asked for again when the nonce is old',
        { staleOnce: true },
        { kind: 'allocated', relayed: { host: '127.0.0.1', port: 50_000 } },
      ],
      ['tells a wrong password from the rest', { password: 'other' }, { kind: 'wrong-credentials' }],
      ['tells what it is refused with', { refuseWith: 486 }, { kind: 'refused', code: 486 }],
    ])('%s', async (_, turn, expected) => {
      expect((await attemptWith(turn)).allocation).toEqual(expected);
    });
  });

  test('tells a closed port, which answers at once, from silence', async () => {
    expect(await attempt(await closedPort())).toEqual({ allocation: { kind: 'no-answer' }, refused: true });
  });

  test('tells why a stream gives no answer', async () => {
    const greeting = await tcpServer((socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'));
    const closing = await tcpServer((socket) => socket.once('data', () => socket.end()));
    const breaking = await tcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const allocation = { kind: 'no-answer' };
    expect(await attemptOverTcp(greeting)).toEqual({ allocation, end: 'not-stun' });
    expect(await attemptOverTcp(closing)).toEqual({ allocation, end: 'closed-by-server' });
    expect(await attemptOverTcp(breaking)).toEqual({ allocation, end: 'closed-by-server' });
  });

  test.each([
    ['UDP', async () => await attempt(await fakeTurn({ silent: true }))],
    ['TCP', async () => await attemptOverTcp(await silentPort())],
  ])('ends when nothing answers over %s', async (_, attemptIt) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const attempted = attemptIt();
    let ended = false;
    attempted.then(() => {
      ended = true;
    });
    while (!ended) {
      vi.advanceTimersByTime(1000);
      await new Promise(setImmediate);
    }
    expect((await attempted).allocation).toEqual({ kind: 'no-answer' });
  });
});
