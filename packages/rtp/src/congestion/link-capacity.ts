/**
 * What the path carried when it was last full, and how sure that is (draft-ietf-rmcat-gcc-02, 5.5, R_hat and its
 * deviation). Pure.
 */

/** gcc-02, 5.5: weight of a new sample. */
const WEIGHT = 0.05;
/** Bounds of the variance relative to the estimate, in kbit/s: libwebrtc's, 14 to 35 kbit/s of deviation at 500. */
const MIN_VARIANCE = 0.4;
const MAX_VARIANCE = 2.5;
const DEVIATIONS = 3;

export class LinkCapacity {
  /** Undefined until the path was full once, and after it turned out to have changed. */
  bitsPerSecond: number | undefined;

  #variance = MIN_VARIANCE;

  /** `sample` is what got through while the path was full, in bits per second. */
  handleOveruse(sample: number): void {
    const capacity = this.bitsPerSecond;
    this.bitsPerSecond = capacity === undefined ? sample : capacity + WEIGHT * (sample - capacity);
    const error = (this.bitsPerSecond - sample) / 1000;
    const relative = (error * error) / Math.max(this.bitsPerSecond / 1000, 1);
    const variance = (1 - WEIGHT) * this.#variance + WEIGHT * relative;
    this.#variance = Math.min(Math.max(variance, MIN_VARIANCE), MAX_VARIANCE);
  }

  isAbove(bitsPerSecond: number): boolean {
    const capacity = this.bitsPerSecond;
    return capacity !== undefined && bitsPerSecond < capacity - this.#uncertainty(capacity);
  }

  isBelow(bitsPerSecond: number): boolean {
    const capacity = this.bitsPerSecond;
    return capacity !== undefined && bitsPerSecond > capacity + this.#uncertainty(capacity);
  }

  forget(): void {
    this.bitsPerSecond = undefined;
  }

  #uncertainty(capacity: number): number {
    return DEVIATIONS * Math.sqrt((this.#variance * capacity) / 1000) * 1000;
  }
}
