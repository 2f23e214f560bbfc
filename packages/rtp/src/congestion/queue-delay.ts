/**
 * How long packets wait in the path's queue: their delay less the smallest one lately (RFC 6817, section 3.4.2, keeps
 * its base delay in the same way). The clocks of the two ends cancel out. Pure.
 */

/** A queue that stands is mistaken for the path after two of these; clocks drift less than 1 ms in one. */
const PERIOD_MS = 15_000;

/** Share of a new sample in the smoothed delay: about the last ten packets, or the last ones where they are rare. */
const SMOOTHING = 0.1;
const SMOOTHING_MS = 60;
/** Up to here the first is the larger. */
const SMOOTHING_GAP_MS = -SMOOTHING_MS * Math.log(1 - SMOOTHING);

/** The slope is that of the last pictures, six or so at 30 a second. */
const SLOPE_MS = 200;
const SLOPE_STEP_MS = 20;
const MIN_SLOPE_SPAN_MS = 100;

export class QueueDelay {
  /** Smoothed; 0 before the first packet. */
  ms = 0;

  #lastMs: number | undefined;
  /** Of the last SLOPE_MS, oldest first: when, and how long it was. */
  readonly #traceAt: number[] = [];
  readonly #traceMs: number[] = [];
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
    const sinceMs = Math.max(atMs - (this.#lastMs ?? atMs), 0);
    this.#lastMs = atMs;
    const share = sinceMs <= SMOOTHING_GAP_MS ? SMOOTHING : 1 - Math.exp(-sinceMs / SMOOTHING_MS);
    this.ms += share * (delayMs - this.lowestMs - this.ms);
    if (atMs - (this.#traceAt.at(-1) ?? Number.NEGATIVE_INFINITY) < SLOPE_STEP_MS) return;
    this.#traceAt.push(atMs);
    this.#traceMs.push(this.ms);
    while (atMs - (this.#traceAt[0] ?? atMs) > SLOPE_MS) {
      this.#traceAt.shift();
      this.#traceMs.shift();
    }
  }

  /** Milliseconds of queue gained in a millisecond, lately; undefined where too little is known. 1: nothing gets out. */
  get slope(): number | undefined {
    const newest = this.#traceAt.length - 1;
    if (newest < 0) return undefined;
    const spanMs = (this.#traceAt[newest] ?? 0) - (this.#traceAt[0] ?? 0);
    if (spanMs < MIN_SLOPE_SPAN_MS) return undefined;
    return ((this.#traceMs[newest] ?? 0) - (this.#traceMs[0] ?? 0)) / spanMs;
  }
}
