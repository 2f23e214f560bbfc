import { describe, expect, test } from 'vitest';
import { lowFormatOf, oneOf } from '../src/adapters/av/low-format.ts';

const format = (width: number, height: number, bitsPerSecond = 2_000_000, framesPerSecond = 30) => ({
  width,
  height,
  bitsPerSecond,
  framesPerSecond,
});

describe('the low layer', () => {
  test.each([
    [1280, 720, 640, 360],
    [1920, 1080, 960, 540],
    [642, 362, 322, 182],
    [320, 240, 160, 120],
    [240, 180, 160, 120],
    [720, 1280, 360, 640],
  ])('of %d x %d is %d x %d', (width, height, lowWidth, lowHeight) => {
    expect(lowFormatOf(format(width, height))?.format).toMatchObject({ width: lowWidth, height: lowHeight });
  });

  test.each([
    [160, 120],
    [64, 64],
    [162, 2],
  ])('of %d x %d is none', (width, height) => {
    expect(lowFormatOf(format(width, height))).toBeUndefined();
  });

  test.each([
    [2_000_000, 100_000, 1_000_000],
    [150_000, 75_000, 75_000],
  ])('of %d bit/s has from %d to %d', (bitsPerSecond, lowest, highest) => {
    const low = lowFormatOf(format(640, 360, bitsPerSecond));
    expect([low?.lowestBitsPerSecond, low?.format.bitsPerSecond]).toEqual([lowest, highest]);
  });
});

test.each([
  [30, 300_000, 1],
  [30, 249_999, 2],
  [30, 149_999, 4],
  [15, 200_000, 1],
  [15, 100_000, 2],
  [60, 100_000, 8],
  [5, 100_000, 1],
])('at %d/s and %d bit/s one picture of %d is encoded', (framesPerSecond, bitsPerSecond, expected) => {
  expect(oneOf(format(640, 360, 1_000_000, framesPerSecond), bitsPerSecond)).toBe(expected);
});
