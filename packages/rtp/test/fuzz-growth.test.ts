/** The fuzzer's own check of how work grows (fuzz/growth.ts), with decoders that take as long as they say. */
import { expect, test } from 'vitest';
import type { Decoder } from '../../../fuzz/decoder.ts';
import { checkGrowth, GrowthError } from '../../../fuzz/growth.ts';
import { Random } from '../../../fuzz/random.ts';

const SEEDS = 50;

/** Whether work that takes `costOf(length)` is taken to grow too fast, for any of some seeds. */
function isFound(costOf: (length: number) => number): boolean {
  let nowNs = 0n;
  const decoder: Decoder<Uint8Array> = {
    name: 'planted',
    samples: [new Uint8Array(24)],
    maxLength: 4096,
    check: ({ length }) => {
      nowNs += BigInt(Math.ceil(costOf(length)));
      return '';
    },
  };
  return Array.from({ length: SEEDS }, (_, seed) => seed).some((seed) => {
    try {
      checkGrowth(decoder, new Random(seed), () => nowNs);
      return false;
    } catch (error) {
      if (error instanceof GrowthError) return true;
      throw error;
    }
  });
}

test('work that grows with the square of the input is found', () => {
  expect(isFound((length) => length ** 2)).toBe(true);
  expect(isFound((length) => 20_000 + length ** 2)).toBe(true);
});

test('work that grows with the input, or with its logarithm too, is let be', () => {
  expect(isFound((length) => 100 + length)).toBe(false);
  expect(isFound((length) => length * Math.log2(length))).toBe(false);
});

test('an input that is refused while it is short, and read when it is long, is no growth', () => {
  for (const cliff of [300, 600, 900, 1_500, 3_000]) {
    expect(isFound((length) => (length < cliff ? 100 : length * 10))).toBe(false);
  }
});
