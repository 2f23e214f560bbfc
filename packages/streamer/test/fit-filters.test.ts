import { expect, test } from 'vitest';
import { fitInto } from '../src/adapters/av/fit-filters.ts';
import { FORMAT } from './support/fakes.ts';

test.each([
  [0, false, false, []],
  [0, true, false, ['hflip']],
  [0, false, true, ['vflip']],
  [180, false, false, ['hflip', 'vflip']],
  [180, true, false, ['vflip']],
  [180, true, true, []],
] as const)('turned by %d, mirrored %s and %s, takes %j', (rotation, hflip, vflip, expected) => {
  expect(fitInto(FORMAT, { rotation, hflip, vflip }).slice(0, -3)).toEqual(expected);
});

test('what does not fill the picture is centred in it', () => {
  expect(fitInto(FORMAT, { rotation: 0, hflip: false, vflip: false })).toEqual([
    'scale=320:240:force_original_aspect_ratio=decrease:force_divisible_by=2',
    'pad=320:240:(ow-iw)/2:(oh-ih)/2',
    'format=yuv420p',
  ]);
});
