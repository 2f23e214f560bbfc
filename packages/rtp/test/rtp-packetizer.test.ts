import { describe, expect, test } from 'vitest';
import { parseRtpPacket, RtpPacketizer, type RtpPacketizerOptions } from '../src/index.ts';
import { hex, nalUnitOf, toHex } from './support/bytes.ts';
import { depayloadH264 } from './support/depayload-h264.ts';
import { secondsOfWork } from './support/seconds-of-work.ts';

const packetizer = (options: Partial<RtpPacketizerOptions> = {}) =>
  new RtpPacketizer({ ssrc: 0x01020304, payloadType: 102, ...options });

const KEYFRAME = [hex('67 42 c0 1f'), hex('68 ce'), nalUnitOf(0x65, 3000)];
const BOTH = { transportSequence: { id: 3 }, playoutDelay: { id: 5, minMs: 0, maxMs: 0 } };

describe('RtpPacketizer', () => {
  test('RFC 3550, 5.1: a packet, byte by byte', () => {
    const [packet] = packetizer({ firstSequenceNumber: 0x1234 }).packetize([hex('41 9a')], 0x89abcdef);
    expect(toHex(packet!.bytes)).toBe('80 e6 12 34 89 ab cd ef 01 02 03 04 41 9a');
  });

  test('RFC 8285, 4.2: both extensions, byte by byte', () => {
    const [packet] = packetizer({
      extensions: { transportSequence: { id: 3 }, playoutDelay: { id: 5, minMs: 100, maxMs: 40_950 } },
    }).packetize([hex('41 9a')], 0);
    expect(toHex(packet!.bytes.subarray(12))).toBe('be de 00 02 31 00 00 52 00 af ff 00 41 9a');
  });

  test('RFC 8285, 4.2: one extension alone takes one word', () => {
    const [sequence] = packetizer({ extensions: { transportSequence: { id: 3 } } }).packetize([hex('41')], 0);
    expect(toHex(sequence!.bytes.subarray(12))).toBe('be de 00 01 31 00 00 00 41');
    const [delay] = packetizer({ extensions: { playoutDelay: { id: 5, minMs: 0, maxMs: 50 } } }).packetize(
      [hex('41')],
      0,
    );
    expect(toHex(delay!.bytes.subarray(12))).toBe('be de 00 01 52 00 00 05 41');
  });

  test('playout delays outside of 0 to 40.95 s are brought in', () => {
    const [packet] = packetizer({ extensions: { playoutDelay: { id: 5, minMs: -1, maxMs: 1e9 } } }).packetize(
      [hex('41')],
      0,
    );
    expect(toHex(packet!.bytes.subarray(16, 20))).toBe('52 00 0f ff');
  });

  test('RFC 6184, 5.1: only the last packet of a picture has the marker, all have its timestamp', () => {
    const packets = packetizer()
      .packetize(KEYFRAME, 90_000)
      .map((packet) => parseRtpPacket(packet.bytes)!);
    expect(packets.map(({ marker }) => marker)).toEqual([false, false, false, true]);
    expect(new Set(packets.map(({ timestamp }) => timestamp))).toEqual(new Set([90_000]));
    expect(depayloadH264(packets.map(({ payload }) => payload)).map(toHex)).toEqual(KEYFRAME.map(toHex));
  });

  test('a packet tells its index, timestamp, marker, keyframe and payload length', () => {
    const packets = packetizer({ firstSequenceNumber: 7, extensions: BOTH }).packetize(KEYFRAME, 90_000);
    expect(packets.map(({ index }) => index)).toEqual([7, 8, 9, 10]);
    expect(packets.map(({ marker }) => marker)).toEqual([false, false, false, true]);
    expect(packets.every(({ keyframe, timestamp }) => keyframe && timestamp === 90_000)).toBe(true);
    expect(packets.map(({ payloadBytes }) => payloadBytes)).toEqual(
      packets.map(({ bytes }) => bytes.length - 24),
    );
    expect(packetizer().packetize([hex('41 9a')], 0)[0]?.keyframe).toBe(false);
  });

  test('no packet is longer than the limit, and one that fits exactly is not split', () => {
    const lengths = (nalUnitBytes: number) =>
      packetizer({ extensions: BOTH })
        .packetize([nalUnitOf(0x41, nalUnitBytes)], 0)
        .map(({ bytes }) => bytes.length);
    expect(lengths(1176)).toEqual([1200]);
    expect(lengths(1177)).toEqual([614, 614]);
    expect(Math.max(...lengths(100_000))).toBeLessThanOrEqual(1200);
  });

  test('the packets of a picture share one allocation', () => {
    const packets = packetizer().packetize(KEYFRAME, 0);
    expect(new Set(packets.map(({ bytes }) => bytes.buffer)).size).toBe(1);
  });

  test('sequence numbers wrap on the wire, the index goes on', () => {
    const wrapping = packetizer({ firstSequenceNumber: 0xfffe });
    const packets = [0, 1, 2, 3].flatMap((at) => wrapping.packetize([hex('41 9a')], at));
    expect(packets.map(({ index }) => index)).toEqual([0xfffe, 0xffff, 0x10000, 0x10001]);
    expect(packets.map(({ bytes }) => parseRtpPacket(bytes)?.sequenceNumber)).toEqual([0xfffe, 0xffff, 0, 1]);
  });

  test('timestamps wrap, their offset included, and fractions are rounded down', () => {
    const wrapping = packetizer({ timestampOffset: 0xffff_ff00 });
    const timestampOf = (timestamp90k: number) => wrapping.packetize([hex('41')], timestamp90k)[0]?.timestamp;
    expect([0, 255.9, 256, 2 ** 32 + 3000.5].map(timestampOf)).toEqual([0xffff_ff00, 0xffff_ffff, 0, 2744]);
  });

  test('an access unit of nothing gives no packets and uses no number', () => {
    const empty = packetizer();
    expect(empty.packetize([], 0)).toEqual([]);
    expect(empty.packetize([hex('')], 0)).toEqual([]);
    expect(empty.packetize([hex('41')], 0)[0]?.index).toBe(0);
  });

  test('a limit that leaves no room for a payload is a RangeError', () => {
    expect(() => packetizer({ maxPacketBytes: 14 })).toThrow(RangeError);
    expect(() => packetizer({ maxPacketBytes: 15 })).not.toThrow();
  });

  test('packetizing takes time in proportion to the bytes', () => {
    const seconds = (nalUnitBytes: number) => {
      const nalUnits = [nalUnitOf(0x65, nalUnitBytes)];
      const packets = packetizer({ extensions: BOTH });
      packets.packetize(nalUnits, 0);
      return secondsOfWork(() => {
        for (let run = 0; run < 5; run++) packets.packetize(nalUnits, run);
      });
    };
    // Quadratic would be 256 times as long, for 16 times the bytes.
    expect(seconds(3_200_000)).toBeLessThan(Math.max(seconds(200_000) * 100, 0.5));
  });
});
