import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  NOT_ARRIVED,
  ntpMiddleBits,
  ntpTimeOf,
  parseRtcp,
  type ReportBlock,
  roundTripTimeMs,
  type TransportFeedback,
  unixMsOfNtp,
  writeSenderReport,
} from '../src/index.ts';
import { concat, hex, toHex } from './support/bytes.ts';
import { secondsOfWork } from './support/seconds-of-work.ts';

const RECEIVER_REPORT = hex(`81 c9 00 07  00 00 00 01  00 00 00 02  40 ff ff fe
  00 01 ff ff  00 00 00 5a  12 34 56 78  00 00 80 00`);
const NACK = hex('81 cd 00 03  00 00 00 01  00 00 00 02  ff fe 80 05');
const PLI = hex('81 ce 00 02  00 00 00 01  00 00 00 02');
const FIR = hex('84 ce 00 04  00 00 00 01  00 00 00 00  00 00 00 02  07 00 00 00');
const REMB = hex('8f ce 00 05  00 00 00 01  00 00 00 00  52 45 4d 42  01 0b d0 90  00 00 00 02');
const SDES = hex('81 ca 00 02  00 00 00 01  01 01 61 00');
const BYE = hex('82 cb 00 02  00 00 00 01  00 00 00 02');
/** 2 of small delta; one-bit symbols 10 0100 0000 0000; two-bit symbols 01 00 10 00 00 00 00; then the deltas. */
const FEEDBACK = hex(`8f cd 00 08  00 00 00 01  00 00 00 02  ff fe 00 17  ff ff ff 2a
  20 02  a4 00  d2 00  04 08  0c 10  14 ff fc  00 00 00`);

const only = (bytes: Uint8Array) => {
  const packets = parseRtcp(bytes);
  expect(packets).toHaveLength(1);
  return packets[0]!;
};

describe('reports (RFC 3550, 6.4)', () => {
  test('6.4.2: a receiver report, byte by byte', () => {
    expect(only(RECEIVER_REPORT)).toEqual({
      type: 'receiver-report',
      ssrc: 1,
      reports: [
        {
          ssrc: 2,
          fractionLost: 0.25,
          cumulativeLost: -2,
          highestSequence: 0x1ffff,
          jitter: 90,
          lastSenderReport: 0x12345678,
          delaySinceLastSenderReport: 0x8000,
        },
      ],
    });
  });

  test('6.4.2: a receiver report may be empty', () => {
    expect(only(hex('80 c9 00 01 00 00 00 01'))).toEqual({ type: 'receiver-report', ssrc: 1, reports: [] });
  });

  test('6.4.1: a sender report is written and read, byte by byte', () => {
    const bytes = writeSenderReport({
      ssrc: 0x01020304,
      ntp: { seconds: 0xe0000001, fraction: 0x80000000 },
      rtpTimestamp: 0x1_0000_0005,
      packetCount: 7,
      octetCount: 0xffff_ffff,
      cname: 'perch',
    });
    expect(toHex(bytes)).toBe(
      toHex(
        hex(`80 c8 00 06  01 02 03 04  e0 00 00 01  80 00 00 00  00 00 00 05  00 00 00 07  ff ff ff ff
          81 ca 00 03  01 02 03 04  01 05 70 65  72 63 68 00`),
      ),
    );
    expect(only(bytes)).toEqual({
      type: 'sender-report',
      ssrc: 0x01020304,
      ntp: { seconds: 0xe0000001, fraction: 0x80000000 },
      rtpTimestamp: 5,
      packetCount: 7,
      octetCount: 0xffff_ffff,
      reports: [],
    });
  });

  test('6.5: items end with one zero byte or more, up to the next word', () => {
    const fields = {
      ssrc: 1,
      ntp: { seconds: 0, fraction: 0 },
      rtpTimestamp: 0,
      packetCount: 0,
      octetCount: 0,
    };
    const lengths = [1, 2, 5, 6, 255].map(
      (length) => writeSenderReport({ ...fields, cname: 'x'.repeat(length) }).length,
    );
    expect(lengths).toEqual([28 + 12, 28 + 16, 28 + 16, 28 + 20, 28 + 268]);
    for (const cname of ['', 'é', 'a\nb', 'x'.repeat(256)]) {
      expect(() => writeSenderReport({ ...fields, cname })).toThrow(RangeError);
    }
  });

  test('6.6: a goodbye names its sources', () => {
    expect(only(BYE)).toEqual({ type: 'goodbye', ssrcs: [1, 2] });
  });
});

describe('round trip (RFC 3550, 6.4.1)', () => {
  const block = (lastSenderReport: number, delaySinceLastSenderReport: number): ReportBlock => ({
    ssrc: 1,
    fractionLost: 0,
    cumulativeLost: 0,
    highestSequence: 0,
    jitter: 0,
    lastSenderReport,
    delaySinceLastSenderReport,
  });

  test('the example of figure 2: 6.125 s', () => {
    const now = { seconds: 0xb710, fraction: 0x8000_0000 };
    expect(roundTripTimeMs(block(0xb705_2000, 0x0005_4000), now)).toBe(6125);
  });

  test('it is right over the wrap of the middle bits', () => {
    expect(roundTripTimeMs(block(0xffff_8000, 0x4000), { seconds: 0x10000, fraction: 0 })).toBe(250);
  });

  test('there is none before the first sender report, and it is never negative', () => {
    const now = { seconds: 5, fraction: 0 };
    expect(roundTripTimeMs(block(0, 0), now)).toBeUndefined();
    expect(roundTripTimeMs(block(0x5_0000, 1), now)).toBe(0);
  });
});

describe('NTP time (RFC 3550, section 4)', () => {
  test('the unix epoch is 2208988800 s, half a second is 2^31', () => {
    expect(ntpTimeOf(500)).toEqual({ seconds: 2_208_988_800, fraction: 2 ** 31 });
    expect(ntpMiddleBits({ seconds: 0x1234_abcd, fraction: 0xef01_2345 })).toBe(0xabcd_ef01);
  });

  test('times come back, after the wrap of 2036 too', () => {
    for (const iso of ['1970-01-01T00:00:00.250Z', '2025-05-05T05:05:05.125Z', '2040-01-01T00:00:00.500Z']) {
      expect(unixMsOfNtp(ntpTimeOf(Date.parse(iso))), iso).toBeCloseTo(Date.parse(iso), 3);
    }
    expect(ntpTimeOf(Date.UTC(2036, 1, 7, 6, 28, 16))).toEqual({ seconds: 0, fraction: 0 });
  });
});

describe('feedback', () => {
  test('RFC 4585, 6.2.1: a NACK names PID and the numbers of BLP, over the wrap', () => {
    expect(only(NACK)).toEqual({
      type: 'nack',
      senderSsrc: 1,
      mediaSsrc: 2,
      sequenceNumbers: [0xfffe, 0xffff, 1, 14],
    });
  });

  test('RFC 4585, 6.2.1: a NACK names at most 1024 numbers', () => {
    const many = concat(hex('81 cd 00 66 00 00 00 01 00 00 00 02'), new Uint8Array(400).fill(0xff));
    expect(only(many)).toMatchObject({ type: 'nack', sequenceNumbers: { length: 1024 } });
  });

  test('6.2.1: padding that leaves a part of an entry takes that entry away', () => {
    const padded = hex('a1 cd 00 04  00 00 00 01  00 00 00 02  00 07 00 00  00 09 00 02');
    expect(only(padded)).toMatchObject({ type: 'nack', sequenceNumbers: [7] });
  });

  test('RFC 4585, 6.3.1: PLI', () => {
    expect(only(PLI)).toEqual({ type: 'picture-loss', senderSsrc: 1, mediaSsrc: 2 });
  });

  test('RFC 5104, 4.3.1: FIR', () => {
    expect(only(FIR)).toEqual({
      type: 'full-intra-request',
      senderSsrc: 1,
      requests: [{ ssrc: 2, sequence: 7 }],
    });
  });

  test('REMB: mantissa times two to the exponent', () => {
    expect(only(REMB)).toEqual({
      type: 'maximum-bitrate',
      senderSsrc: 1,
      bitsPerSecond: 0x3d090 * 4,
      ssrcs: [2],
    });
  });

  test('other application layer feedback is passed over', () => {
    const other = REMB.slice();
    other[12] = 0x58;
    expect(parseRtcp(concat(other, PLI)).map(({ type }) => type)).toEqual(['picture-loss']);
  });
});

describe('transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1)', () => {
  test('run length, one-bit and two-bit chunks, byte by byte', () => {
    const feedback = only(FEEDBACK);
    expect(feedback).toMatchObject({
      type: 'transport-feedback',
      senderSsrc: 1,
      mediaSsrc: 2,
      feedbackCount: 42,
      referenceTimeUs: -64_000,
    });
    const { baseSequence, arrivalDeltas } = feedback as TransportFeedback;
    expect([baseSequence, arrivalDeltas.length]).toEqual([0xfffe, 23]);
    expect(arrivalDeltas.flatMap((delta, at) => (delta === NOT_ARRIVED ? [] : [[at, delta]]))).toEqual([
      [0, 4],
      [1, 8],
      [2, 12],
      [5, 16],
      [16, 20],
      [18, -4],
    ]);
  });

  test('3.1.3: a run that goes beyond the count is cut', () => {
    const feedback = only(hex('8f cd 00 05 00 00 00 01 00 00 00 02 00 05 00 02 00 00 01 00 3f ff 01 02'));
    expect(feedback).toMatchObject({
      referenceTimeUs: 64_000,
      baseSequence: 5,
      arrivalDeltas: [1, 2],
    });
  });

  test.each([
    ['8f cd 00 03 00 00 00 01 00 00 00 02 00 05 00 01', 'no reference time'],
    ['8f cd 00 04 00 00 00 01 00 00 00 02 00 05 00 01 00 00 01 00', 'no chunk'],
    ['8f cd 00 05 00 00 00 01 00 00 00 02 00 05 00 03 00 00 01 00 20 03 01 02', 'a delta too few'],
    ['8f cd 00 05 00 00 00 01 00 00 00 02 00 05 00 02 00 00 01 00 40 02 01 02', 'half a large delta'],
    ['8f cd 00 05 00 00 00 01 00 00 00 02 00 05 00 01 00 00 01 00 60 01 01 02', 'the reserved status'],
    [
      '8f cd 00 05 00 00 00 01 00 00 00 02 00 05 00 08 00 00 01 00 00 00 00 07',
      'runs that do not reach the count',
    ],
  ])('%j is malformed: %s', (text) => {
    expect(parseRtcp(concat(PLI, hex(text), PLI))).toHaveLength(1);
  });

  test('a few bytes cannot stand for any number of packets', () => {
    const runs = (count: string) =>
      hex(`8f cd 00 05 00 00 00 01 00 00 00 02 00 00 ${count} 00 00 01 00 1f ff 00 01`);
    expect(parseRtcp(runs('20 00'))).toHaveLength(1);
    expect(parseRtcp(runs('20 01'))).toHaveLength(0);
    expect(parseRtcp(concat(runs('10 00'), runs('10 00'), runs('00 01')))).toHaveLength(2);
  });
});

describe('compound packets (RFC 3550, 6.1)', () => {
  const COMPOUND = concat(RECEIVER_REPORT, SDES, NACK, PLI, FIR, REMB, FEEDBACK, BYE);
  const TYPES = parseRtcp(COMPOUND).map(({ type }) => type);

  test('are taken apart in order; source descriptions are passed over', () => {
    expect(
      parseRtcp(concat(RECEIVER_REPORT, SDES, NACK, PLI, FIR, REMB, BYE)).map(({ type }) => type),
    ).toEqual([
      'receiver-report',
      'nack',
      'picture-loss',
      'full-intra-request',
      'maximum-bitrate',
      'goodbye',
    ]);
  });

  test('6.4.1: padding is not part of a packet', () => {
    const padded = hex('a1 cd 00 05  00 00 00 01  00 00 00 02  00 07 00 00  00 00 00 00  00 00 00 08');
    expect(only(padded)).toMatchObject({ sequenceNumbers: [7] });
  });

  test('transport feedback of Chromium 156 is padded to four bytes by one to three, and is taken', () => {
    const seen = [
      ['af cd 00 06 00 00 00 01 9c 84 bb 70 00 e8 00 06 03 0e 28 10 d1 54 e6 00 00 00 02 01', 6],
      ['af cd 00 07 00 00 00 01 f5 e1 27 d6 02 f0 00 07 03 0e 48 30 20 07 29 01 00 00 00 00 00 00 00 03', 7],
    ] as const;
    for (const [bytes, count] of seen) {
      const feedback = only(hex(bytes));
      expect(feedback.type === 'transport-feedback' && feedback.arrivalDeltas.length).toBe(count);
    }
  });

  test.each([
    ['41 ce 00 02 00 00 00 01 00 00 00 02', 'version 1'],
    ['81 ce 00 06 00 00 00 01 00 00 00 02', 'a length past the end'],
    ['81 ce 00 01 00 00 00 01', 'no media source'],
    ['81 c9 00 01 00 00 00 01', 'a report block that is not there'],
    ['80 c8 00 01 00 00 00 01', 'a sender report without its numbers'],
    ['82 cb 00 01 00 00 00 01', 'a source that is not there'],
    ['84 ce 00 03 00 00 00 01 00 00 00 00 00 00 00 02', 'half a FIR'],
    ['8f ce 00 04 00 00 00 01 00 00 00 00 52 45 4d 42 01 0b d0 90', 'a REMB without its source'],
    ['8f ce 00 03 00 00 00 01 00 00 00 00 52 45 4d 42', 'a REMB without its bit rate'],
    ['a1 ce 00 02 00 00 00 01 00 00 00 00', 'padding of 0'],
    ['a1 ce 00 02 00 00 00 01 00 00 00 0c', 'padding over the header'],
    ['81 ce 00', 'half a header'],
    ['80 c9 00 00', 'no sender'],
  ])('after %j (%s) what was before it is kept and nothing after it', (text) => {
    expect(parseRtcp(concat(PLI, hex(text), PLI))).toEqual(parseRtcp(PLI));
  });

  test('any truncation gives the packets that are whole', () => {
    for (let length = 0; length <= COMPOUND.length; length++) {
      const types = parseRtcp(COMPOUND.slice(0, length)).map(({ type }) => type);
      expect(types).toEqual(TYPES.slice(0, types.length));
      expect(types.length === TYPES.length).toBe(length === COMPOUND.length);
    }
  });

  test('a view into a larger buffer is read from where it begins', () => {
    expect(parseRtcp(concat(hex('00 00 00'), NACK, hex('ff')).subarray(3, 3 + NACK.length))).toEqual(
      parseRtcp(NACK),
    );
  });

  test('any bytes: the parser never throws', () => {
    const header = fc.tuple(
      fc.integer({ min: 0x80, max: 0xbf }),
      fc.integer({ min: 198, max: 208 }),
      fc.nat(9),
    );
    const packet = fc.tuple(header, fc.uint8Array({ maxLength: 36 }));
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 6 }), (packets) => {
        parseRtcp(
          concat(
            ...packets.map(([[first, type, words], body]) => Uint8Array.of(first, type, 0, words, ...body)),
          ),
        );
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => parseRtcp(bytes).length >= 0));
  });

  test('a datagram of the largest size made to be slow is not', () => {
    const seconds = secondsOfWork(() => {
      parseRtcp(Uint8Array.from({ length: 65_000 }, (_, at) => hex('8f cd 00 05')[at % 4]!));
      parseRtcp(
        concat(...Array.from({ length: 200 }, () => NACK), ...Array.from({ length: 100 }, () => FEEDBACK)),
      );
    });
    expect(seconds).toBeLessThan(1);
  });
});
