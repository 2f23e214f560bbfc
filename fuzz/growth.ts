/**
 * Whether work grows with the input and not faster. A piece of a sample is repeated, then repeated eight times as often:
 * work that grows with the square takes 64 times as long then. Only the two are compared, never a time with a limit.
 */
import type { Decoder, Input } from './decoder.ts';
import { join } from './mutate.ts';
import type { Random } from './random.ts';

const TIMES = 8;
/** Between what is linear, 8, and what is quadratic, 64. */
const TOO_MUCH = 28;
/** A machine that does something else for a moment makes one measurement long, not all of them. */
const MEASUREMENTS = 5;
const ATTEMPTS = 4;
const LEAST_NS = 400_000n;

/** Throws when the work for some input grows much faster than the input. */
export function checkGrowth<T extends Input>(decoder: Decoder<T>, random: Random): void {
  if (decoder.expands === true) return;
  const sample = random.pick(decoder.samples);
  const at = random.below(sample.length + 1);
  const from = random.below(sample.length + 1);
  const piece = sample.slice(from, from + 1 + random.length(8));
  if (piece.length === 0) return;
  const room = Math.max(0, decoder.maxLength - sample.length);
  const few = Math.floor(room / TIMES / piece.length);
  if (few < 8) return;
  const build = (count: number): T => {
    const long = join(...Array.from({ length: count }, () => piece));
    return join(sample.slice(0, at), long, sample.slice(at)) as T;
  };
  const [small, large] = [build(few), build(few * TIMES)];
  for (let attempt = 1; ; attempt++) {
    const growth = cost(decoder, large) / cost(decoder, small);
    if (growth < TOO_MUCH) return;
    if (attempt === ATTEMPTS) throw new GrowthError(large, growth);
  }
}

export class GrowthError extends Error {
  override readonly name = 'GrowthError';
  readonly input: Input;

  constructor(input: Input, growth: number) {
    super(
      `not so: eight times the input is at most a little more than eight times the work; ${growth.toFixed(0)} times`,
    );
    this.input = input;
  }
}

/** The shortest of some measurements, each of as many runs as the clock needs to see them. */
function cost<T extends Input>(decoder: Decoder<T>, input: T): number {
  let runs = 1;
  let shortest = Number.POSITIVE_INFINITY;
  for (let measured = 0; measured < MEASUREMENTS; ) {
    const start = process.hrtime.bigint();
    for (let run = 0; run < runs; run++) decoder.check(input);
    const took = process.hrtime.bigint() - start;
    if (took < LEAST_NS) {
      runs *= 2;
      continue;
    }
    shortest = Math.min(shortest, Number(took) / runs);
    measured += 1;
  }
  return shortest;
}
