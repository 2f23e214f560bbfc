import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planH264Payloads, writeH264Payload } from '../src/index.ts';
import { hex, nalUnitOf, toHex } from './support/bytes.ts';
import { depayloadH264 } from './support/depayload-h264.ts';

function payload(nalUnits: readonly Uint8Array[], maxPayloadBytes: number): Uint8Array[] {
  return planH264Payloads(nalUnits, maxPayloadBytes).map((plan) => {
    const bytes = new Uint8Array(plan.byteLength);
    writeH264Payload(plan, bytes, 0);
    return bytes;
  });
}

const payloadHex = (maxPayloadBytes: number, ...nalUnits: string[]) =>
  payload(nalUnits.map(hex), maxPayloadBytes).map(toHex);

describe('planH264Payloads (RFC 6184, packetization-mode 1)', () => {
  test('5.6: a small slice is its own payload, byte by byte', () => {
    expect(payloadHex(1200, '65 88 84 00')).toEqual(['65 88 84 00']);
    expect(payloadHex(1200, '41')).toEqual(['41']);
  });

  test('5.7.1: parameter sets and SEI share a STAP-A with the highest NRI of them', () => {
    expect(payloadHex(1200, '67 42 c0 1f', '28 ce', '06 05', '65 88')).toEqual([
      '78 00 04 67 42 c0 1f 00 02 28 ce 00 02 06 05',
      '65 88',
    ]);
    expect(payloadHex(1200, '06 05', '86 05')).toEqual(['98 00 02 06 05 00 02 86 05']);
  });

  test('5.7.1: one parameter set alone is not aggregated', () => {
    expect(payloadHex(1200, '67 42', '65 88', '06 05')).toEqual(['67 42', '65 88', '06 05']);
  });

  test('5.7.1: an aggregate ends where the next NAL unit would not fit', () => {
    expect(payloadHex(11, '67 01 02', '68 03 04', '06 05', '06 06')).toEqual([
      '78 00 03 67 01 02 00 03 68 03 04',
      '18 00 02 06 05 00 02 06 06',
    ]);
    expect(payloadHex(10, '67 01 02', '68 03 04')).toEqual(['67 01 02', '68 03 04']);
  });

  test('5.8: a NAL unit of one byte too many becomes two fragments, byte by byte', () => {
    expect(payloadHex(8, '65 01 02 03 04 05 06 07')).toEqual(['65 01 02 03 04 05 06 07']);
    expect(payloadHex(8, '65 01 02 03 04 05 06 07 08')).toEqual(['7c 85 01 02 03 04', '7c 45 05 06 07 08']);
  });

  test('5.8: S is on the first fragment only, E on the last only, NRI on all', () => {
    expect(payloadHex(4, '41 01 02 03 04 05')).toEqual(['5c 81 01', '5c 01 02 03', '5c 41 04 05']);
  });

  test('5.8: a parameter set longer than a payload is fragmented too', () => {
    expect(
      depayloadH264(payload([nalUnitOf(0x67, 50), nalUnitOf(0x68, 3)], 20)).map((nal) => nal.length),
    ).toEqual([50, 3]);
  });

  test('a NAL unit of exactly the payload size is one payload, of one byte more is two', () => {
    const counts = [1175, 1176, 1177].map((length) => payload([nalUnitOf(0x65, length)], 1176).length);
    expect(counts).toEqual([1, 1, 2]);
    const largest = [1173, 1174].map((length) => payload([nalUnitOf(0x67, length), hex('68')], 1176).length);
    expect(largest).toEqual([2, 2]);
  });

  test('empty NAL units, and types that RTP uses for itself, are ignored', () => {
    expect(payloadHex(1200, '', '00 01', '18 01', '1c 01', '7f 01')).toEqual([]);
    expect(payloadHex(1200, '', '41 9a')).toEqual(['41 9a']);
    expect(payload([], 1200)).toEqual([]);
  });

  test('a payload size in which no fragment fits is a RangeError', () => {
    expect(() => planH264Payloads([], 2)).toThrow(RangeError);
  });

  test('payload then depayload gives the same NAL units, and no payload is too long', () => {
    const nalUnit = fc
      .tuple(fc.constantFrom(0x65, 0x41, 0x01, 0x67, 0x68, 0x06, 0xe7), fc.integer({ min: 1, max: 300 }))
      .map(([header, length]) => nalUnitOf(header, length));
    fc.assert(
      fc.property(fc.array(nalUnit, { maxLength: 12 }), fc.integer({ min: 3, max: 200 }), (nalUnits, max) => {
        const payloads = payload(nalUnits, max);
        expect(depayloadH264(payloads).map(toHex)).toEqual(nalUnits.map(toHex));
        expect(Math.max(0, ...payloads.map((bytes) => bytes.length))).toBeLessThanOrEqual(max);
      }),
    );
  });
});
