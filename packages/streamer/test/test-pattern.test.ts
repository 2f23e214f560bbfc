import { encodeTimeStrip, readTimeStrip, TIME_STRIP_LUMA, timeStripHeight } from '@perch/protocol';
import { describe, expect, test } from 'vitest';
import { type PicturePlanes, paintTimeStrip, TestPattern } from '../src/domain/test-pattern.ts';

const UNIX_MS = 1_700_000_000_000;
const GUARD = 0x77;

/** Planes with `padding` bytes after each row and a guard after the last one. */
function planesOf(width: number, height: number, padding = 0): PicturePlanes {
  const strides = [width + padding, width / 2 + padding, width / 2 + padding] as const;
  const plane = (stride: number, rows: number) => new Uint8Array(stride * rows + 64).fill(GUARD);
  return {
    data: [plane(strides[0], height), plane(strides[1], height / 2), plane(strides[2], height / 2)],
    strides,
  };
}

/** Whether nothing was written outside the picture: at the ends of the rows and after the last one. */
function isIntact({ data, strides }: PicturePlanes, width: number, height: number): boolean {
  return data.every((plane, index) => {
    const [columns, rows] = index === 0 ? [width, height] : [width / 2, height / 2];
    const stride = strides[index]!;
    const copy = plane.slice();
    for (let y = 0; y < rows; y++) copy.fill(GUARD, y * stride, y * stride + columns);
    return copy.every((value) => value === GUARD);
  });
}

const sizes = [
  [640, 360],
  [1280, 720],
  [1920, 1080],
  [1000, 500],
  [66, 50],
] as const;

describe.each(sizes)('the time strip at %d x %d', (width, height) => {
  test.each([0, 6, 64])('[STRIP1] [STRIP2] is exact to the pixel, rows padded by %d bytes', (padding) => {
    const planes = planesOf(width, height, padding);
    paintTimeStrip(planes, width, UNIX_MS);
    const cells = encodeTimeStrip(UNIX_MS);
    const [luma, cb, cr] = planes.data;
    const rows = Math.floor(width / 80) * 2;
    const expected = new Uint8Array(width);
    cells.forEach((cell, index) => {
      const from = Math.floor((index * width) / 40);
      const to = Math.floor(((index + 1) * width) / 40) - 1;
      for (let x = from; x <= to; x++) expected[x] = cell === 1 ? 235 : 16;
    });
    const row = (plane: Uint8Array, stride: number, y: number, columns: number) =>
      Buffer.from(plane.subarray(y * stride, y * stride + columns));
    for (let y = 0; y < rows; y++) {
      expect(row(luma, planes.strides[0], y, width).equals(expected)).toBe(true);
    }
    const neutral = new Uint8Array(width / 2).fill(128);
    for (let y = 0; y < rows / 2; y++) {
      expect(row(cb, planes.strides[1], y, width / 2).equals(neutral)).toBe(true);
      expect(row(cr, planes.strides[2], y, width / 2).equals(neutral)).toBe(true);
    }
    expect(row(luma, planes.strides[0], rows, width).every((value) => value === GUARD)).toBe(true);
    expect(row(cb, planes.strides[1], rows / 2, width / 2).every((value) => value === GUARD)).toBe(true);
    expect(isIntact(planes, width, height)).toBe(true);
  });
});

describe('the test picture', () => {
  const format = (width: number, height: number) => ({
    width,
    height,
    framesPerSecond: 30,
    bitsPerSecond: 1_000_000,
  });

  test.each([
    [640, 360],
    [1000, 500],
    [320, 240],
    [1280, 720],
  ])('[STRIP3] at %d x %d carries the time that it was painted at', (width, height) => {
    const planes = planesOf(width, height, 32);
    new TestPattern(format(width, height)).paint(planes, UNIX_MS, 0);
    const read = readTimeStrip(width, (x, y) => planes.data[0][y * planes.strides[0] + x] ?? 0);
    expect(read).toBe(UNIX_MS % 2 ** 28);
  });

  test.each([
    [640, 360, 0],
    [640, 360, 32],
    [66, 50, 7],
    [320, 240, 64],
    [2, 2, 0],
    [16, 400, 0],
  ])('at %d x %d, rows padded by %d, stays inside its planes whatever the time', (width, height, padding) => {
    const pattern = new TestPattern(format(width, height));
    for (let n = 0; n < 40; n++) {
      const planes = planesOf(width, height, padding);
      pattern.paint(planes, UNIX_MS + n * 1_517, n);
      expect(isIntact(planes, width, height)).toBe(true);
    }
  });

  test('is painted whole: nothing of what was there before is seen', () => {
    const pattern = new TestPattern(format(320, 240));
    const [black, white] = [0, 255].map((value) => {
      const planes = planesOf(320, 240);
      for (const plane of planes.data) plane.fill(value, 0, plane.length - 64);
      pattern.paint(planes, UNIX_MS, 3);
      return planes;
    });
    expect(black).toEqual(white);
  });

  test('changes from one picture to the next, below the strip too', () => {
    const pattern = new TestPattern(format(320, 240));
    const below = (unixMs: number, index: number) => {
      const planes = planesOf(320, 240);
      pattern.paint(planes, unixMs, index);
      return Buffer.from(planes.data[0].slice(planes.strides[0] * timeStripHeight(320)));
    };
    expect(below(UNIX_MS, 0).equals(below(UNIX_MS + 33, 1))).toBe(false);
    expect(below(UNIX_MS, 0).equals(below(UNIX_MS + 1_000, 0))).toBe(false);
    expect(below(UNIX_MS, 0).equals(below(UNIX_MS, 0))).toBe(true);
  });

  test('keeps to the range of video, so that the strip is the brightest and the darkest', () => {
    const planes = planesOf(640, 360);
    new TestPattern(format(640, 360)).paint(planes, UNIX_MS, 0);
    const luma = planes.data[0].subarray(0, 640 * 360);
    expect(luma.every((value) => value >= TIME_STRIP_LUMA.zero && value <= TIME_STRIP_LUMA.one)).toBe(true);
  });
});
