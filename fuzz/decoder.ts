/** What reads bytes or text from outside, and what must be so of it whatever it reads. */
import type { Random } from './random.ts';

export type Input = string | Uint8Array;

export interface Decoder<T extends Input = Input> {
  readonly name: string;
  /** Sound ones, of each kind, and those that once broke something. */
  readonly samples: readonly T[];
  /** Text that means something to it, for splicing in. */
  readonly words?: readonly T[];
  /** Writes one by the rules of its grammar, with lies in it. */
  readonly generate?: (random: Random) => T;
  /** A few bytes may stand for much work, and `check` holds the bound of that: growth is not looked at. */
  readonly expands?: boolean;
  /** The longest that it looks into. */
  readonly maxLength: number;
  /**
   * Decodes it and throws when something is not as it must be. What it returns names the way that the input took:
   * inputs that take a new way are mutated further.
   */
  check(input: T): string;
}

/** Throws where a property does not hold. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`not so: ${what}`);
}
