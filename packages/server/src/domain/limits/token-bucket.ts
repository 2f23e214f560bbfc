/** So many at once, and so many a second after that. Holds two numbers; the clock is the caller's. */
export class TokenBucket {
  #level: number;
  #atMs: number;

  constructor(burst: number, nowMs: number) {
    this.#level = burst;
    this.#atMs = nowMs;
  }

  /** Whether `cost` may be spent now; it is spent then. */
  take(cost: number, perSecond: number, burst: number, nowMs: number): boolean {
    const since = Math.max(0, nowMs - this.#atMs);
    this.#level = Math.min(burst, this.#level + (since * perSecond) / 1000);
    this.#atMs = nowMs;
    if (this.#level < cost) return false;
    this.#level -= cost;
    return true;
  }

  /**
   * For what has happened already: may leave a debt, of a burst at most. While there is one nothing can be had, not even for
   * 0. Whether there is none.
   */
  charge(cost: number, burst: number): boolean {
    this.#level = Math.max(-burst, this.#level - cost);
    return this.#level >= 0;
  }
}
