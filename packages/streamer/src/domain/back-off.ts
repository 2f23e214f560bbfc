/**
 * Growing pauses between tries, each a random one up to a bound that doubles ("full jitter"), so that many who lost
 * the same server do not come back at once.
 */
export interface BackOffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

export class BackOff {
  readonly #limits: BackOffLimits;
  readonly #random: () => number;
  #boundMs: number;

  constructor(limits: BackOffLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
    this.#boundMs = limits.firstMs;
  }

  /** The next pause in milliseconds. */
  next(): number {
    const pauseMs = this.#random() * this.#boundMs;
    this.#boundMs = Math.min(this.#limits.maxMs, this.#boundMs * 2);
    return pauseMs;
  }

  /** Everyone else may have lost the server in the same moment: any part of the longest pause is next. */
  giveWay(): void {
    this.#boundMs = this.#limits.maxMs;
  }

  /** It worked: the next failure is a first one again. */
  reset(): void {
    this.#boundMs = this.#limits.firstMs;
  }
}
