import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRtpPacket, setPayloadType, setSequenceNumber, setSsrc } from '../src/index.ts';
import { hex, toHex } from './support/bytes.ts';

describe('RTP packets (RFC 3550, 5.1)', () => {
  test('a packet with CSRCs, extensions and padding is taken apart', () => {
    const bytes = hex(`b2 e6 12 34  89 ab cd ef  01 02 03 04  11 11 11 11  22 22 22 22
      be de 00 02  31 aa bb 00  40 07 00 00  65 88 84  00 00 03`);
    expect(parseRtpPacket(bytes)).toEqual({
      marker: true,
      payloadType: 102,
      sequenceNumber: 0x1234,
      timestamp: 0x89abcdef,
      ssrc: 0x01020304,
      extensions: [
        { id: 3, data: hex('aa bb') },
        { id: 4, data: hex('07') },
      ],
      payload: hex('65 88 84'),
    });
  });

  test('a packet may have no payload', () => {
    expect(parseRtpPacket(hex('80 66 00 01 00 00 00 00 00 00 00 01'))?.payload).toHaveLength(0);
  });

  test('RFC 8285, 4.2: id 15 and an element that does not fit end the extensions, id 0 pads', () => {
    const idsOf = (block: string) =>
      parseRtpPacket(hex(`90 66 00 01 00 00 00 00 00 00 00 01 be de 00 02 ${block}`))?.extensions.map(
        ({ id }) => id,
      );
    expect(idsOf('00 10 aa 00 20 bb 00 00')).toEqual([1, 2]);
    expect(idsOf('10 aa f0 bb 20 cc 00 00')).toEqual([1]);
    expect(idsOf('10 aa 01 bb 20 cc 00 00')).toEqual([1]);
    expect(idsOf('10 aa 2f bb cc dd ee ff')).toEqual([1]);
  });

  test('extensions of another form are passed over', () => {
    const parsed = parseRtpPacket(hex('90 66 00 01 00 00 00 00 00 00 00 01 10 00 00 01 01 02 03 04 41'));
    expect(parsed).toMatchObject({ extensions: [], payload: hex('41') });
  });

  test.each([
    ['', 'nothing'],
    ['80 66 00 01 00 00 00 00 00 00 00', '11 bytes'],
    ['40 66 00 01 00 00 00 00 00 00 00 01', 'version 1'],
    ['81 66 00 01 00 00 00 00 00 00 00 01', 'a CSRC that is not there'],
    ['90 66 00 01 00 00 00 00 00 00 00 01 be de 00', 'half an extension header'],
    ['90 66 00 01 00 00 00 00 00 00 00 01 be de 00 01 10 aa 00', 'half an extension block'],
    ['a0 66 00 01 00 00 00 00 00 00 00 01 00', 'padding of 0'],
    ['a0 66 00 01 00 00 00 00 00 00 00 01 02', 'more padding than payload'],
  ])('%j is not a packet: %s', (text) => {
    expect(parseRtpPacket(hex(text))).toBeUndefined();
  });

  test('any bytes: the parser never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 0x80, max: 0xbf }), (bytes, first) => {
        parseRtpPacket(Uint8Array.from([first, ...bytes]));
      }),
    );
  });

  test('setters write in place, cut off high bits and keep the marker', () => {
    const bytes = hex('80 e6 00 01 00 00 00 02 00 00 00 03');
    setSequenceNumber(bytes, 0x1_ffff);
    setPayloadType(bytes, 0x60);
    setSsrc(bytes, 0xfedcba98);
    expect(toHex(bytes)).toBe('80 e0 ff ff 00 00 00 02 fe dc ba 98');
    setSequenceNumber(bytes, 0x1_0000_0000_0102);
    expect(parseRtpPacket(bytes)?.sequenceNumber).toBe(0x0102);
  });
});
