/**
 * Compares the trend of the delay with a threshold that adapts (draft-ietf-rmcat-gcc-02, 5.4). Pure.
 *
 * A fixed threshold starves beside TCP, whose queues swing more than ours: it follows what the trend does, slowly
 * down and more slowly up.
 */

/** gcc-02, 5.4, table 1: K_u, K_d, del_var_th(0) and the bounds; the time that the trend must stay above it. */
const RISE_PER_MS = 0.0087;
const FALL_PER_MS = 0.039;
const FIRST_THRESHOLD = 12.5;
const MIN_THRESHOLD = 6;
const MAX_THRESHOLD = 600;
const OVERUSE_MS = 10;
/** gcc-02, 5.4: a spike further out than this is a change of route and teaches nothing. */
const MAX_DISTANCE = 15;
/** A longer gap between two groups counts as this. */
const MAX_STEP_MS = 100;

/** Overuse: the queue grows. Underuse: it drains. */
export type Usage = 'normal' | 'overuse' | 'underuse';

export class OveruseDetector {
  usage: Usage = 'normal';

  #threshold = FIRST_THRESHOLD;
  #lastTrend = 0;
  #lastMs: number | undefined;
  #overMs = 0;
  #overCount = 0;

  /** `trend` as TrendlineEstimator gives it, of a group that arrived at `arrivalMs`, sent `sendDeltaMs` after the last. */
  update(trend: number, sendDeltaMs: number, arrivalMs: number): Usage {
    if (trend > this.#threshold) {
      // The first time, half of the gap was likely spent above the threshold.
      this.#overMs += this.#overCount === 0 ? sendDeltaMs / 2 : sendDeltaMs;
      this.#overCount++;
      if (this.#overMs > OVERUSE_MS && this.#overCount > 1 && trend >= this.#lastTrend) {
        this.usage = 'overuse';
        this.#overMs = 0;
        this.#overCount = 0;
      }
    } else {
      this.#overMs = 0;
      this.#overCount = 0;
      this.usage = trend < -this.#threshold ? 'underuse' : 'normal';
    }
    this.#lastTrend = trend;
    this.#adapt(trend, arrivalMs);
    return this.usage;
  }

  #adapt(trend: number, arrivalMs: number): void {
    const elapsedMs = Math.min(Math.max(arrivalMs - (this.#lastMs ?? arrivalMs), 0), MAX_STEP_MS);
    this.#lastMs = arrivalMs;
    const distance = Math.abs(trend) - this.#threshold;
    if (distance > MAX_DISTANCE) return;
    const gain = distance < 0 ? FALL_PER_MS : RISE_PER_MS;
    const threshold = this.#threshold + gain * distance * elapsedMs;
    this.#threshold = Math.min(Math.max(threshold, MIN_THRESHOLD), MAX_THRESHOLD);
  }
}
