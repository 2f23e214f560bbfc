import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { h264LevelFor, isKeyframe, parseSps, profileLevelId, profileLevelIdOfSps } from '../src/index.ts';
import { hex } from './support/bytes.ts';

/** Writes an SPS field by field, to have every branch without a camera for it. */
class BitWriter {
  #bits = '';
  bits(value: number, count: number): this {
    this.#bits += value.toString(2).padStart(count, '0');
    return this;
  }
  ue(value: number): this {
    const code = (value + 1).toString(2);
    this.#bits += '0'.repeat(code.length - 1) + code;
    return this;
  }
  se(value: number): this {
    return this.ue(value > 0 ? value * 2 - 1 : -value * 2);
  }
  /** With the header, the stop bit and emulation prevention. */
  sps(): Uint8Array {
    const bits = `${this.#bits}1`;
    const escaped: number[] = [0x67];
    for (let at = 0; at < bits.length; at += 8) {
      const byte = Number.parseInt(bits.slice(at, at + 8).padEnd(8, '0'), 2);
      if (byte <= 3 && escaped.at(-1) === 0 && escaped.at(-2) === 0) escaped.push(3);
      escaped.push(byte);
    }
    return Uint8Array.from(escaped);
  }
}

const sizeOf = (sps: Uint8Array) => {
  const parsed = parseSps(sps);
  return parsed && `${parsed.width}x${parsed.height}`;
};

describe('parseSps (H.264, 7.3.2.1.1)', () => {
  test('a constrained baseline SPS written by x264 for 1280x720', () => {
    expect(
      parseSps(hex('67 42 c0 1f d9 00 50 05 bb 01 10 00 00 03 00 10 00 00 03 03 c0 f1 83 24 80')),
    ).toEqual({
      profileIdc: 66,
      constraintFlags: 0xc0,
      levelIdc: 31,
      width: 1280,
      height: 720,
    });
  });

  test('1080 lines are 68 rows of macroblocks, cropped by 8', () => {
    const sps = new BitWriter().bits(77, 8).bits(0, 8).bits(40, 8).ue(0).ue(0).ue(2).ue(1).bits(0, 1);
    expect(sizeOf(sps.ue(119).ue(67).bits(0b111, 3).ue(0).ue(0).ue(0).ue(4).bits(0, 1).sps())).toBe(
      '1920x1080',
    );
  });

  test('fields: a map unit is two macroblocks high and cropping counts double', () => {
    const sps = new BitWriter().bits(77, 8).bits(0, 8).bits(40, 8).ue(0).ue(0).ue(0).ue(0).ue(1).bits(0, 1);
    expect(sizeOf(sps.ue(119).ue(33).bits(0b0011, 4).ue(0).ue(0).ue(0).ue(2).bits(0, 1).sps())).toBe(
      '1920x1080',
    );
  });

  test('picture order type 1 and its cycle are skipped', () => {
    const sps = new BitWriter().bits(66, 8).bits(0xe0, 8).bits(30, 8).ue(0).ue(0);
    sps.ue(1).bits(0, 1).se(-3).se(4).ue(3).se(1).se(-1).se(70000);
    expect(sizeOf(sps.ue(1).bits(0, 1).ue(39).ue(29).bits(0b1100, 4).sps())).toBe('640x480');
  });

  test.each([
    [0, '635x477', 'monochrome'],
    [1, '630x474', '4:2:0'],
    [2, '630x477', '4:2:2'],
    [3, '635x477', '4:4:4'],
  ])('a high profile with chroma format %i is cropped to %s', (format, size) => {
    const sps = new BitWriter()
      .bits(format === 3 ? 244 : 100, 8)
      .bits(0, 8)
      .bits(30, 8)
      .ue(0)
      .ue(format);
    if (format === 3) sps.bits(0, 1);
    sps.ue(0).ue(0).bits(0, 1).bits(1, 1);
    // One list that ends early, one in full, the others absent.
    sps.bits(1, 1).se(5).se(-13).bits(1, 1);
    for (let at = 0; at < 16; at++) sps.se(1);
    sps.bits(0, format === 3 ? 10 : 6);
    sps.ue(0).ue(0).ue(0).ue(1).bits(0, 1).ue(39).ue(29).bits(0b111, 3).ue(2).ue(3).ue(1).ue(2);
    expect(sizeOf(sps.bits(0, 1).sps())).toBe(size);
  });

  test('emulation prevention bytes are not part of the fields', () => {
    const sps = new BitWriter().bits(66, 8).bits(0, 8).bits(0, 8).ue(0).ue(0).ue(0).ue(0).ue(1).bits(0, 1);
    const bytes = sps.ue(39).ue(29).bits(0b1100, 4).sps();
    expect([...bytes.subarray(0, 2)]).toEqual([0x67, 66]);
    expect(sizeOf(bytes)).toBe('640x480');
  });

  test('a picture that is cropped away, or larger than any level, is garbage', () => {
    const begin = () => new BitWriter().bits(66, 8).bits(0, 8).bits(30, 8).ue(0).ue(0).ue(2).ue(1).bits(0, 1);
    expect(
      parseSps(begin().ue(0).ue(0).bits(0b111, 3).ue(4).ue(4).ue(0).ue(0).bits(0, 1).sps()),
    ).toBeUndefined();
    expect(parseSps(begin().ue(5000).ue(0).bits(0b1100, 4).sps())).toBeUndefined();
    expect(parseSps(begin().ue(0).ue(5000).bits(0b1100, 4).sps())).toBeUndefined();
  });

  test('a truncated SPS, another NAL unit and no bytes give undefined', () => {
    const sps = hex('67 42 c0 1f d9 00 50 05 bb');
    for (let length = 0; length < 8; length++) expect(parseSps(sps.subarray(0, length))).toBeUndefined();
    expect(parseSps(hex('68 ce 38 80'))).toBeUndefined();
  });

  test('any bytes: neither throws nor hangs, and a size is positive', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(66, 100, 244), (bytes, profile) => {
        const sps = parseSps(Uint8Array.from([0x67, profile, ...bytes]));
        expect(sps === undefined || (sps.width > 0 && sps.height > 0)).toBe(true);
      }),
    );
    expect(
      parseSps(Uint8Array.from({ length: 1_000_000 }, (_, at) => (at === 0 ? 0x67 : 0))),
    ).toBeUndefined();
  });
});

describe('levels (H.264, Table A-1)', () => {
  test.each([
    [176, 144, 15, 64_000, 10],
    [640, 480, 30, 1_000_000, 30],
    [1280, 720, 30, 2_000_000, 31],
    [1280, 720, 31, 2_000_000, 32],
    [1280, 720, 30, 14_000_001, 32],
    [1920, 1080, 30, 6_000_000, 40],
    [1920, 1080, 30, 25_000_000, 41],
    [1920, 1080, 60, 6_000_000, 42],
    [3840, 2160, 30, 20_000_000, 51],
  ])(
    '%ix%i at %i frames and %i bit/s is level_idc %i',
    (width, height, framesPerSecond, bitsPerSecond, level) => {
      expect(h264LevelFor({ width, height, framesPerSecond, bitsPerSecond })).toBe(level);
    },
  );

  test('A.3.1: a long thin picture needs a higher level than its area', () => {
    expect(h264LevelFor({ width: 1600, height: 16, framesPerSecond: 1, bitsPerSecond: 1 })).toBe(22);
  });

  test('what no level allows has none', () => {
    expect(
      h264LevelFor({ width: 20_000, height: 9_000, framesPerSecond: 30, bitsPerSecond: 1 }),
    ).toBeUndefined();
    expect(
      h264LevelFor({ width: 640, height: 480, framesPerSecond: 30, bitsPerSecond: 1e9 }),
    ).toBeUndefined();
  });

  test('RFC 6184, 8.1: profile-level-id', () => {
    expect(profileLevelId('constrained-baseline', 31)).toBe('42e01f');
    expect(profileLevelId('high', 10)).toBe('64000a');
    expect(profileLevelIdOfSps({ profileIdc: 66, constraintFlags: 0xc0, levelIdc: 40 })).toBe('42c028');
  });
});

test('H.264, Table 7-1: an access unit with an IDR slice is a keyframe, parameter sets alone are not', () => {
  expect(isKeyframe([hex('67 42'), hex('68 ce'), hex('65 88')])).toBe(true);
  expect(isKeyframe([hex('25 88')])).toBe(true);
  expect(isKeyframe([hex('67 42'), hex('68 ce')])).toBe(false);
  expect(isKeyframe([hex('41 9a'), hex('')])).toBe(false);
  expect(isKeyframe([])).toBe(false);
});
