import { describe, expect, test } from 'vitest';
import { withDuration } from '../src/domain/webm-duration.ts';

const bytes = (hex: string) =>
  Uint8Array.from(hex.match(/[0-9a-f]{2}/gu) ?? [], (pair) => parseInt(pair, 16));

const EBML = '1a45dfa3 9f 4286810142f7810142f2810442f381084282847765626d42878104 42858102';
const SEGMENT = '18538067 01ffffffffffffff';
/** TimestampScale 1,000,000 and the names of two programs, as Chromium writes them. */
const INFO_CONTENT = '2ad7b1830f4240 4d80864368726f6d65 57418643 68726f6d65';
const INFO = `1549a966 99 ${INFO_CONTENT}`;
const TRACKS = '1654ae6b 83 ae8180';
const CLUSTER = '1f43b675 01ffffffffffffff e78100';

describe('a WebM file that was recorded live', () => {
  test('is given its length, in ticks of its scale, and is else the same', () => {
    const mended = withDuration(bytes(EBML + SEGMENT + INFO + TRACKS + CLUSTER), 5_000);
    // 25 bytes of Info and 11 of Duration: 36. 5,000 as a double.
    const duration = '4489 88 40b3880000000000';
    expect(mended).toEqual(
      bytes(`${EBML}${SEGMENT}1549a966 10000024 ${INFO_CONTENT}${duration}${TRACKS}${CLUSTER}`),
    );
  });

  test('counts in whatever scale the file has', () => {
    const scaled = withDuration(bytes(`${EBML}${SEGMENT}1549a966 86 2ad7b1 82 2710 ${CLUSTER}`), 5);
    // A tick of 10,000 ns: 500 of them.
    expect(scaled && [...scaled]).toEqual([
      ...bytes(`${EBML}${SEGMENT}1549a966 10000011 2ad7b1 82 2710 448988 407f400000000000${CLUSTER}`),
    ]);
  });

  test.each([
    ['has a length already', `${EBML}${SEGMENT}1549a966 87 448984 00000000 ${CLUSTER}`],
    ['states the size of its segment', `${EBML}18538067 8a ${INFO}`],
    ['has no Info before its pictures', `${EBML}${SEGMENT}${CLUSTER}${INFO}`],
    ['ends within Info', `${EBML}${SEGMENT}1549a966 99 2ad7b1`],
    ['is an MP4', '00000018 66747970 6d703432'],
    ['is empty', ''],
    ['begins with what is no number', `${EBML}${SEGMENT}00000000`],
  ])('is left alone where it %s', (_, hex) => {
    expect(withDuration(bytes(hex), 5_000)).toBeUndefined();
  });

  test('cut off anywhere, or wrong in any byte, breaks nothing', () => {
    const whole = bytes(EBML + SEGMENT + INFO + TRACKS + CLUSTER);
    for (let at = 0; at < whole.length; at++) {
      expect(() => withDuration(whole.slice(0, at), 1)).not.toThrow();
      for (const wrong of [0, 1, 0x7f, 0xff]) {
        const broken = whole.slice();
        broken[at] = wrong;
        expect(() => withDuration(broken, 1)).not.toThrow();
      }
    }
  });
});
