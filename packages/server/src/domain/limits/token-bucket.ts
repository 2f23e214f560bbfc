/** How much may be had: `burst` at once, and `perSecond` after that. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** So many in so many seconds, all of them at once. */
export function rateOf(burst: number, seconds: number): Rate {
  return { burst, perSecond: burst / seconds };
}

/** What is left of a rate. Holds two numbers; the clock and the rate, always the same or not, are the caller's. */
export class TokenBucket {
  #level: number;
  #atMs: number;

  /** Full at first. */
  constructor({ burst }: Rate, nowMs: number) {
    this.#level = burst;
    this.#atMs = nowMs;
  }

  /** Whether `cost` may be spent now; it is spent then. */
  take(cost: number, rate: Rate, nowMs: number): boolean {
    this.#fill(rate, nowMs);
    if (this.#level < cost) return false;
    this.#level -= cost;
    return true;
  }

  /** For what has happened already: may leave a debt, of a burst at most. While there is one nothing can be had. */
  charge(cost: number, { burst }: Rate): void {
    this.#level = Math.max(-burst, this.#level - cost);
  }

  /** What is still owed. */
  debt(rate: Rate, nowMs: number): number {
    this.#fill(rate, nowMs);
    return Math.max(0, -this.#level);
  }

  /** How long until so much is there, in milliseconds; 0 where it is. */
  msUntil(level: number, rate: Rate, nowMs: number): number {
    this.#fill(rate, nowMs);
    return (Math.max(0, level - this.#level) * 1000) / rate.perSecond;
  }

  /** A clock that was set back fills nothing, and takes nothing away. */
  #fill({ perSecond, burst }: Rate, nowMs: number): void {
    const since = Math.max(0, nowMs - this.#atMs);
    this.#level = Math.min(burst, this.#level + (since * perSecond) / 1000);
    this.#atMs = nowMs;
  }
}
