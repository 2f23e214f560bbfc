import { describe, expect, test } from 'vitest';
import { TurnStreamReader, toStream, withMendedCheck } from '../src/adapters/turn-framing.ts';
import { attribute, CONTROLLED, check, message, PASSWORD, summed } from './support/stun.ts';

const ALLOCATE = message(0x0003, [attribute(0x0019, Buffer.from([17, 0, 0, 0]))]);

function channelData(data: Buffer, channel = 0x4001): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(channel, 0);
  header.writeUInt16BE(data.length, 2);
  return Buffer.concat([header, data]);
}

/** RFC 8656, section 12.5. */
const filled = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);

describe('a datagram', () => {
  test.each([1, 2, 3, 4, 5])('of ChannelData with %i bytes is filled up to four', (length) => {
    const data = channelData(Buffer.alloc(length, 9));
    expect(toStream(data)).toEqual(filled(data));
    expect(toStream(filled(data))).toEqual(filled(data));
  });

  test('that is a STUN message goes as it is', () => {
    expect(toStream(ALLOCATE)).toBe(ALLOCATE);
  });

  test.each([
    ['is empty', Buffer.alloc(0)],
    ['is cut short', ALLOCATE.subarray(0, -1)],
    ['has more behind it', Buffer.concat([ALLOCATE, Buffer.alloc(4)])],
    ['has a length that is no multiple of four', Buffer.from('0001000121 12a442'.replace(' ', ''), 'hex')],
    ['is ChannelData cut short', channelData(Buffer.alloc(8)).subarray(0, -1)],
    ['is DTLS', Buffer.from('16fefd0000000000000000', 'hex')],
    ['is RTP', Buffer.alloc(40, 0x80)],
  ])('that %s goes nowhere', (_, datagram) => {
    expect(toStream(datagram)).toBeUndefined();
  });
});

describe('a stream', () => {
  const messages = [
    ALLOCATE,
    channelData(Buffer.from('five!')),
    channelData(Buffer.alloc(0)),
    channelData(Buffer.alloc(1200, 7), 0x4fff),
    ALLOCATE,
  ];
  const bytes = Buffer.concat(messages.map(filled));

  test.each([1, 3, 20, 1000, 10_000])('that comes %i bytes at a time is cut into its messages', (size) => {
    const reader = new TurnStreamReader();
    const read: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) read.push(...reader.push(bytes.subarray(at, at + size)));
    expect(read).toEqual(messages);
  });

  test('of something else is given up, whatever came before', () => {
    const reader = new TurnStreamReader();
    expect(reader.push(Buffer.concat([ALLOCATE, Buffer.from([0x48])]))).toEqual([ALLOCATE]);
    expect(() => reader.push(Buffer.from('TTP/1.1 400 Bad Request'))).not.toThrow();
    expect(() => new TurnStreamReader().push(Buffer.from('SSH-2.0-OpenSSH'))).toThrow('something else');
  });
});

describe('a check whose tie-breaker is 0 is mended', () => {
  const [broken, mended] = [check(CONTROLLED, 0n), check(CONTROLLED, 1n)];
  const peer = attribute(0x0012, Buffer.alloc(8, 3));
  const data = (inner: Buffer) => attribute(0x0013, inner);

  test('in ChannelData', () => {
    expect(withMendedCheck(channelData(broken), PASSWORD)).toEqual(channelData(mended));
  });

  test('in a Data indication', () => {
    const indication = (inner: Buffer) => message(0x0017, [peer, data(inner)]);
    expect(withMendedCheck(indication(broken), PASSWORD)).toEqual(indication(mended));
  });

  test('in a Data indication that has a fingerprint of its own', () => {
    const indication = (inner: Buffer) => summed(0x0017, [peer, data(inner)]);
    expect(withMendedCheck(indication(broken), PASSWORD)).toEqual(indication(mended));
  });

  test.each([
    ['a check that needs none', channelData(mended)],
    ['what else a peer sends', channelData(Buffer.from('16fefd0000', 'hex'))],
    ['an answer of the server', message(0x0103, [data(broken)])],
    ['a Data indication without data', message(0x0017, [peer])],
    ['one whose length points past its end', message(0x0017, [data(broken)]).subarray(0, -40)],
  ])('and %s is passed on as it is', (_, untouched) => {
    expect(withMendedCheck(untouched, PASSWORD)).toBe(untouched);
  });
});
