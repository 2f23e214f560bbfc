/** Feeds a decoder: what a seed makes of its samples, its grammar and chance, until it has had enough or breaks. */
import type { Decoder, Input } from './decoder.ts';
import { checkGrowth, GrowthError } from './growth.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';

/** Inputs that took a new way. More say nothing new, and are mutated as often. */
const MAX_KEPT = 500;
const MAX_RANDOM_LENGTH = 512;

export interface Appetite {
  readonly seed: number;
  /** Asked before each input. */
  readonly goesOn: (inputs: number) => boolean;
  /** How many inputs to one look at how work grows. */
  readonly inputsToGrowthCheck: number;
}

export interface Finding {
  readonly input: Input;
  readonly error: unknown;
}

export interface Outcome {
  readonly inputs: number;
  /** Different ways that inputs took. */
  readonly ways: number;
  readonly finding: Finding | undefined;
}

export function fuzzDecoder<T extends Input>(decoder: Decoder<T>, appetite: Appetite): Outcome {
  const random = new Random(appetite.seed);
  const kept: T[] = [...decoder.samples];
  const ways = new Set<string>();
  let inputs = 0;
  for (; appetite.goesOn(inputs); inputs++) {
    // The samples themselves first.
    const input = decoder.samples[inputs] ?? make(random, decoder, kept);
    try {
      const way = decoder.check(input);
      if (!ways.has(way)) {
        ways.add(way);
        if (kept.length < MAX_KEPT) kept.push(input);
      }
      if (inputs % appetite.inputsToGrowthCheck === appetite.inputsToGrowthCheck - 1)
        checkGrowth(decoder, random);
    } catch (error) {
      const broke = error instanceof GrowthError ? error.input : input;
      return { inputs, ways: ways.size, finding: { input: broke, error } };
    }
  }
  return { inputs, ways: ways.size, finding: undefined };
}

function make<T extends Input>(random: Random, decoder: Decoder<T>, kept: readonly T[]): T {
  const { words = [], generate } = decoder;
  const way = random.below(10);
  if (way === 0) {
    const length = random.length(MAX_RANDOM_LENGTH);
    return (typeof kept[0] === 'string' ? random.text(length) : random.bytes(length)) as T;
  }
  if (way < 4 && generate !== undefined) return generate(random);
  if (way === 4 && generate !== undefined) return mutate(random, generate(random), kept, words);
  return mutate(random, random.pick(kept), kept, words);
}
