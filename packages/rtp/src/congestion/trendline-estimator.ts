/**
 * Whether the path's queue grows: the slope of a line through the last delays (the trendline filter that libwebrtc
 * uses in the place of draft-ietf-rmcat-gcc-02's Kalman filter, 5.3). Pure.
 */
import type { GroupDelta } from './arrival-groups.ts';

/** Groups that the line goes through: 100 ms to 0.6 s of video. */
const WINDOW = 20;
/** Of the delay's exponential smoothing. */
const SMOOTHING = 0.9;
/** Makes the slope comparable with a threshold in ms: found by experiment in libwebrtc, as the two above. */
const GAIN = 4;
/** A line through few groups is uncertain, so that its slope weighs less; from here on in full. */
const MAX_WEIGHT = 60;

export class TrendlineEstimator {
  #groups = 0;
  #delayMs = 0;
  #smoothedDelayMs = 0;
  #firstArrivalMs: number | undefined;
  readonly #times = new Float64Array(WINDOW);
  readonly #delays = new Float64Array(WINDOW);

  /** Returns the slope, weighted, in the unit of the overuse detector's threshold; 0 until there is a line. */
  update(delta: GroupDelta): number {
    this.#firstArrivalMs ??= delta.arrivalMs;
    this.#delayMs += delta.arrivalDeltaMs - delta.sendDeltaMs;
    this.#smoothedDelayMs = SMOOTHING * this.#smoothedDelayMs + (1 - SMOOTHING) * this.#delayMs;
    const slot = this.#groups % WINDOW;
    this.#times[slot] = delta.arrivalMs - this.#firstArrivalMs;
    this.#delays[slot] = this.#smoothedDelayMs;
    this.#groups++;
    if (this.#groups < WINDOW) return 0;
    return this.#slope() * Math.min(this.#groups, MAX_WEIGHT) * GAIN;
  }

  /** Least squares: ms of delay for each ms of time. */
  #slope(): number {
    let meanTime = 0;
    let meanDelay = 0;
    for (let at = 0; at < WINDOW; at++) {
      meanTime += (this.#times[at] ?? 0) / WINDOW;
      meanDelay += (this.#delays[at] ?? 0) / WINDOW;
    }
    let covariance = 0;
    let variance = 0;
    for (let at = 0; at < WINDOW; at++) {
      const time = (this.#times[at] ?? 0) - meanTime;
      covariance += time * ((this.#delays[at] ?? 0) - meanDelay);
      variance += time * time;
    }
    return variance === 0 ? 0 : covariance / variance;
  }
}
