import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ExtensionIds,
  MAX_PADDING_BYTES,
  OutgoingRtp,
  type ParsedRtpPacket,
  parseRtpPacket,
  type RtpPacket,
  RtpPacketizer,
  RtxStream,
  type SentPacket,
} from '../src/index.ts';
import { hex, toHex } from './support/bytes.ts';
import { depayloadRtx } from './support/depayload-rtx.ts';

const MEDIA = { ssrc: 0xaabb_ccdd, payloadType: 102 };
const IDS: ExtensionIds = { transportSequence: 3, playoutDelay: 2 };

function packets(nalUnit: Uint8Array, timestamp = 0, extensions = true): RtpPacket[] {
  const room = { transportSequence: { id: 9 }, playoutDelay: { id: 10, minMs: 0, maxMs: 100 } };
  const packetizer = new RtpPacketizer({ ssrc: 1, payloadType: 96, extensions: extensions ? room : {} });
  return packetizer.packetize([nalUnit], timestamp);
}

function rtxStream(firstSequenceNumber = 0, extensionIds: ExtensionIds = IDS): RtxStream {
  return new RtxStream({ ssrc: 0x1122_3344, payloadType: 103, firstSequenceNumber, extensionIds });
}

/** Sends as a viewer is sent, and keeps what was on the wire and what could be sent again. */
function sendAll(all: readonly RtpPacket[], extensionIds = IDS) {
  const outgoing = new OutgoingRtp({ ...MEDIA, firstSequenceNumber: 0x7ffe, extensionIds });
  return all.map((packet, n) => {
    outgoing.prepare(packet, n);
    const wire = packet.bytes.slice();
    return { wire: parseRtpPacket(wire)!, sent: outgoing.lookUp((wire[2]! << 8) | wire[3]!) as SentPacket };
  });
}

const withoutTransportNumber = ({ extensions, ...packet }: ParsedRtpPacket) => ({
  ...packet,
  payload: toHex(packet.payload),
  extensions: extensions
    .filter(({ id }) => id !== IDS.transportSequence)
    .map(({ id, data }) => [id, ...data]),
});

describe('RFC 4588, section 4: a packet that is sent again', () => {
  test('byte by byte', () => {
    const [packet] = packets(hex('41 9a 55'), 0x0102_0304);
    expect(toHex(rtxStream(0x1000).packetFor({ sequence: 0x3_fffe, packet: packet! }, 0x1_0203))).toBe(
      '90 e7 10 00 01 02 03 04 11 22 33 44 be de 00 02 31 02 03 22 00 00 0a 00 ff fe 41 9a 55',
    );
  });

  test('is the original again once its payload is taken out', () => {
    const long = fc.uint8Array({ minLength: 1, maxLength: 4_000 });
    fc.assert(
      fc.property(long, fc.nat(2 ** 32 - 1), fc.boolean(), (tail, timestamp, hasExtensions) => {
        const sends = sendAll(packets(Uint8Array.of(0x41, ...tail), timestamp, hasExtensions));
        const stream = rtxStream();
        for (const { wire, sent } of sends) {
          const again = depayloadRtx(stream.packetFor(sent, 7), MEDIA);
          expect(withoutTransportNumber(again!)).toEqual(withoutTransportNumber(wire));
        }
      }),
    );
  });

  test('has the numbers of its own stream, over the wrap, and may have a new transport-wide one', () => {
    const [{ sent }] = sendAll(packets(hex('41 9a'))) as [ReturnType<typeof sendAll>[number]];
    const stream = rtxStream(0x7fff);
    for (let n = 0; n <= 0x8001; n++) {
      const bytes = stream.packetFor(sent, n);
      if (n > 1 && n < 0x8000) continue;
      const { extensions, ...header } = parseRtpPacket(bytes)!;
      expect(header).toMatchObject({ ssrc: 0x1122_3344, payloadType: 103 });
      expect(header.sequenceNumber).toBe((0x7fff + n) & 0xffff);
      expect(toHex(extensions[0]!.data)).toBe(toHex(Uint8Array.of(n >> 8, n)));
    }
    expect([stream.packetCount, stream.octetCount]).toEqual([0x8002, 0x8002 * 4]);
  });

  test('leaves the shared bytes alone, whichever viewer they were patched for last', () => {
    const [packet] = packets(hex('41 9a'), 90) as [RtpPacket];
    const [{ wire, sent }] = sendAll([packet]) as [ReturnType<typeof sendAll>[number]];
    const other = new OutgoingRtp({ ssrc: 5, payloadType: 120, firstSequenceNumber: 9, extensionIds: {} });
    other.prepare(packet);
    const before = packet.bytes.slice();
    const again = depayloadRtx(rtxStream().packetFor(sent, 0), MEDIA);
    expect(withoutTransportNumber(again!)).toEqual(withoutTransportNumber(wire));
    expect(packet.bytes).toEqual(before);
  });

  test('has no extension that this viewer did not agree to', () => {
    const [packet] = packets(hex('41 9a')) as [RtpPacket];
    const parsed = parseRtpPacket(rtxStream(0, {}).packetFor({ sequence: 1, packet }, 5))!;
    expect(parsed.extensions).toEqual([]);
    expect(toHex(parsed.payload)).toBe('00 01 41 9a');
  });

  test('may be longer than usual', () => {
    const packetizer = new RtpPacketizer({ ssrc: 1, payloadType: 96, maxPacketBytes: 9_000 });
    const [packet] = packetizer.packetize([new Uint8Array(8_000).fill(0x41)], 0);
    expect(rtxStream().packetFor({ sequence: 1, packet: packet! })).toHaveLength(packet!.bytes.length + 2);
  });
});

describe('RFC 3550, section 5.1: padding', () => {
  test('byte by byte, although the memory held a packet before', () => {
    const stream = rtxStream(0x1000);
    const [packet] = packets(new Uint8Array(100).fill(0x41), 0x0102_0304);
    stream.packetFor({ sequence: 1, packet: packet! }, 1);
    expect(toHex(stream.paddingPacket(5, 0x0203))).toBe(
      'b0 67 10 01 01 02 03 04 11 22 33 44 be de 00 01 31 02 03 00 00 00 00 00 05',
    );
  });

  test('has no payload, so that nothing comes of it, and counts as a packet without any', () => {
    const stream = rtxStream();
    for (const bytes of [1, 2, 224, MAX_PADDING_BYTES]) {
      const packet = stream.paddingPacket(bytes, 1);
      expect(packet).toHaveLength(20 + bytes);
      expect(parseRtpPacket(packet)).toMatchObject({ payload: new Uint8Array(0), marker: false });
      expect(depayloadRtx(packet, MEDIA)).toBeUndefined();
    }
    expect([stream.packetCount, stream.octetCount]).toEqual([4, 0]);
  });

  test('too much or none is a RangeError', () => {
    for (const bytes of [0, -1, 1.5, MAX_PADDING_BYTES + 1, Number.NaN]) {
      expect(() => rtxStream().paddingPacket(bytes)).toThrow(RangeError);
    }
  });
});

test('RFC 3711, 3.3.1: a first sequence number of 2^15 or more is a RangeError', () => {
  expect(() => rtxStream(0x7fff)).not.toThrow();
  for (const first of [0x8000, -1, 1.5, Number.NaN]) expect(() => rtxStream(first)).toThrow(RangeError);
});
