/**
 * Hands a viewer's candidates on one after another, PACE_MS apart, the first at once. Owns a timer while any wait.
 *
 * libjuice begins a check 50 ms after the one before, and with a relay of ours it makes two of each candidate. Given
 * several at once, it checks the second one's way without our relay after 100 ms; given the second one when both checks
 * of the first have gone, at once.
 */
import type { Clock } from '../domain/clock.ts';

/** The second check goes after 50 ms, by libjuice's clock and on its thread. */
export const PACE_MS = 55;

export class CandidatePace {
  readonly #clock: Clock;
  readonly #take: (candidate: string) => void;
  #waiting: string[] = [];
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, take: (candidate: string) => void) {
    this.#clock = clock;
    this.#take = take;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  add(candidate: string): void {
    if (this.#cancel === undefined) this.#hand(candidate);
    else this.#waiting.push(candidate);
  }

  /** Those that wait are dropped. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#waiting = [];
  }

  #hand(candidate: string): void {
    this.#cancel = this.#clock.after(PACE_MS, () => {
      this.#cancel = undefined;
      const next = this.#waiting.shift();
      if (next !== undefined) this.#hand(next);
    });
    this.#take(candidate);
  }
}
