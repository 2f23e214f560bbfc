/**
 * How long packets wait in the path's queue: their delay less the smallest one lately (RFC 6817, section 3.4.2, keeps
 * its base delay in the same way). The clocks of the two ends cancel out. Pure.
 */

/** A queue that stands is mistaken for the path after two of these; clocks drift less than 1 ms in one. */
const PERIOD_MS = 15_000;

/** Share of a new sample in the smoothed delay: about the last ten packets. */
const SMOOTHING = 0.1;

export class QueueDelay {
  /** Smoothed; 0 before the first packet. */
  ms = 0;

  #periodEndsMs = Number.NEGATIVE_INFINITY;
  #lowestBefore = Number.POSITIVE_INFINITY;
  #lowest = Number.POSITIVE_INFINITY;

  /** The smallest delay lately; infinite before the first packet. */
  get lowestMs(): number {
    return Math.min(this.#lowest, this.#lowestBefore);
  }

  /** `delayMs` is the difference of two clocks, or a round trip. */
  add(delayMs: number, atMs: number): void {
    if (atMs >= this.#periodEndsMs) {
      this.#periodEndsMs = atMs + PERIOD_MS;
      this.#lowestBefore = this.#lowest;
      this.#lowest = delayMs;
    }
    this.#lowest = Math.min(this.#lowest, delayMs);
    this.ms += SMOOTHING * (delayMs - this.lowestMs - this.ms);
  }
}
