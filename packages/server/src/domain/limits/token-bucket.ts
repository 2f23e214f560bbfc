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
    this.#fill(perSecond, burst, nowMs);
    if (this.#level < cost) return false;
    this.#level -= cost;
    return true;
  }

  /** For what has happened already: may leave a debt, of a burst at most. While there is one nothing can be had. */
  charge(cost: number, burst: number): void {
    this.#level = Math.max(-burst, this.#level - cost);
  }

  /** What is still owed. */
  debt(perSecond: number, burst: number, nowMs: number): number {
    this.#fill(perSecond, burst, nowMs);
    return Math.max(0, -this.#level);
  }

  #fill(perSecond: number, burst: number, nowMs: number): void {
    const since = Math.max(0, nowMs - this.#atMs);
    this.#level = Math.min(burst, this.#level + (since * perSecond) / 1000);
    this.#atMs = nowMs;
  }
}
