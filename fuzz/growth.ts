/**
 * Whether work grows with the input and not faster. A piece of a sample is repeated, then three and nine times as often:
 * work that grows with the square takes nine times as long at each step. It has to grow too fast at both: where a length
 * inside points past the end of a short input and not of a long one, one step is high, and no other. Only these
 * are compared, never a time with a limit.
 */
import type { Decoder, Input } from './decoder.ts';
import { join } from './mutate.ts';
import type { Random } from './random.ts';

const STEP = 3;
/** Between what is linear, 3, and what is quadratic, 9. */
const TOO_MUCH = 5.3;
/** A machine that does something else for a moment makes one measurement long, not all of them. */
const MEASUREMENTS = 5;
const ATTEMPTS = 4;
const LEAST_NS = 400_000n;

/** Throws when the work for some input grows much faster than the input. */
export function checkGrowth<T extends Input>(
  decoder: Decoder<T>,
  random: Random,
  nowNs: () => bigint = process.hrtime.bigint,
): void {
  if (decoder.expands === true) return;
  const sample = random.pick(decoder.samples);
  const at = random.below(sample.length + 1);
  const from = random.below(sample.length + 1);
  const piece = sample.slice(from, from + 1 + random.length(8));
  if (piece.length === 0) return;
  const room = Math.max(0, decoder.maxLength - sample.length);
  const few = Math.floor(room / STEP ** 2 / piece.length);
  if (few < 8) return;
  const build = (count: number): T => {
    const long = join(...Array.from({ length: count }, () => piece));
    return join(sample.slice(0, at), long, sample.slice(at)) as T;
  };
  const [small, middle, large] = [build(few), build(few * STEP), build(few * STEP ** 2)];
  for (let attempt = 1; ; attempt++) {
    const between = cost(decoder, middle, nowNs);
    const growth = Math.min(between / cost(decoder, small, nowNs), cost(decoder, large, nowNs) / between);
    if (growth < TOO_MUCH) return;
    if (attempt === ATTEMPTS) throw new GrowthError(large, growth);
  }
}

export class GrowthError extends Error {
  override readonly name = 'GrowthError';
  readonly input: Input;

  constructor(input: Input, growth: number) {
    super(
      `not so: three times the input is little more than three times the work; it is ${growth.toFixed(1)} times, twice`,
    );
    this.input = input;
  }
}

/** The shortest of some measurements, each of as many runs as the clock needs to see them. */
function cost<T extends Input>(decoder: Decoder<T>, input: T, nowNs: () => bigint): number {
  let runs = 1;
  let shortest = Number.POSITIVE_INFINITY;
  for (let measured = 0; measured < MEASUREMENTS; ) {
    const start = nowNs();
    for (let run = 0; run < runs; run++) decoder.check(input);
    const took = nowNs() - start;
    if (took < LEAST_NS) {
      runs *= 2;
      continue;
    }
    shortest = Math.min(shortest, Number(took) / runs);
    measured += 1;
  }
  return shortest;
}
