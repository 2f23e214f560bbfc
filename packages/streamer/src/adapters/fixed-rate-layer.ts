/** A layer that somebody else codes: nothing about it can be asked for, so its limits and its size are what was seen. */
import { type AccessUnit, parseSps } from '@perch/rtp';
import type { Clock } from '../domain/clock.ts';
import { MeasuredRate } from '../domain/measured-rate.ts';
import type { CodedPicture, PictureSize, VideoLayer } from '../domain/video-source.ts';

export class FixedRateLayer implements VideoLayer {
  readonly forcesKeyframes = false;
  readonly #rate: MeasuredRate;
  #size: PictureSize | undefined;

  /** `bitsPerSecond` is what it is said to take. */
  constructor(clock: Clock, bitsPerSecond: number) {
    this.#rate = new MeasuredRate(clock, bitsPerSecond);
  }

  get lowestBitsPerSecond(): number {
    return this.#rate.bitsPerSecond;
  }

  get highestBitsPerSecond(): number {
    return this.#rate.bitsPerSecond;
  }

  /** As the newest keyframe says; undefined before the first. */
  get size(): PictureSize | undefined {
    return this.#size;
  }

  requestKeyframe(): void {
    // It comes when the camera makes one.
  }

  setBitsPerSecond(): void {
    // The camera goes on, watched or not.
  }

  /** To be told of every picture. */
  handlePicture({ accessUnit }: CodedPicture): void {
    this.#rate.add(accessUnit.nalUnits.reduce((sum, { length }) => sum + length, 0));
    if (accessUnit.keyframe) this.#size = sizeOf(accessUnit);
  }
}

function sizeOf({ nalUnits }: AccessUnit): PictureSize | undefined {
  for (const nalUnit of nalUnits) {
    const sps = parseSps(nalUnit);
    if (sps !== undefined) return { width: sps.width, height: sps.height };
  }
  return undefined;
}
