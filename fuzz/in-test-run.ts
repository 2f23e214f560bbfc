/** The same in the test run: so many inputs and no clock, so that a failure comes again. */
import type { Decoder } from './decoder.ts';
import { DECODERS } from './decoders/all.ts';
import { fuzzDecoder, type Outcome } from './fuzz-decoder.ts';

/** Some seconds for all of them together. */
export const INPUTS = 12_000;
const GROWTH_CHECKS = 6;

export function decodersOf(group: readonly Decoder[]): readonly Decoder[] {
  return DECODERS.filter(({ name }) => group.some((decoder) => decoder.name === name));
}

export function fuzzForAWhile(decoder: Decoder, seed: number): Outcome {
  return fuzzDecoder(decoder, {
    seed,
    goesOn: (inputs) => inputs < INPUTS,
    inputsToGrowthCheck: INPUTS / GROWTH_CHECKS,
  });
}
