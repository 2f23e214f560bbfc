/** Pictures of an encoder at 30 fps, whose rate follows its target as x264's does with a VBV of half a second. */

export const FRAME_INTERVAL_MS = 1000 / 30;

/** In average pictures; the ones after it pay it back within a VBV. */
const KEYFRAME_SIZE = 5;
const VBV_MS = 500;

export interface SimulatedPicture {
  readonly number: number;
  readonly bytes: number;
  readonly keyframe: boolean;
}

export class SimulatedCamera {
  readonly #random: () => number;
  #bitsPerSecond: number;
  /** Bytes sent above the rate, to be paid back. */
  #debt = 0;
  #next = 0;
  #keyframeWanted = true;

  constructor(startBitsPerSecond: number, random: () => number) {
    this.#bitsPerSecond = startBitsPerSecond;
    this.#random = random;
  }

  requestKeyframe(): void {
    this.#keyframeWanted = true;
  }

  next(targetBitsPerSecond: number): SimulatedPicture {
    const share = FRAME_INTERVAL_MS / VBV_MS;
    // Half of the way to a new target within a sixth of the VBV, as measured with zerolatency.
    this.#bitsPerSecond += (targetBitsPerSecond - this.#bitsPerSecond) * share * 4;
    const average = (this.#bitsPerSecond * FRAME_INTERVAL_MS) / 8000;
    const keyframe = this.#keyframeWanted;
    this.#keyframeWanted = false;
    const noise = 0.75 + 0.5 * this.#random();
    const size = average * noise * (keyframe ? KEYFRAME_SIZE : 1) - (keyframe ? 0 : this.#debt * share);
    const bytes = Math.max(Math.round(size), 200);
    this.#debt = Math.max(this.#debt + bytes - average, 0);
    return { number: this.#next++, bytes, keyframe };
  }
}
