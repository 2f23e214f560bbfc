/** A layer that somebody else codes: nothing about it can be asked for, so its limits are what it was seen to take. */
import type { Clock } from '../domain/clock.ts';
import { MeasuredRate } from '../domain/measured-rate.ts';
import type { CodedPicture, VideoLayer } from '../domain/video-source.ts';

export class FixedRateLayer implements VideoLayer {
  readonly forcesKeyframes = false;
  readonly #rate: MeasuredRate;

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

  requestKeyframe(): void {
    // It comes when the camera makes one.
  }

  setBitsPerSecond(): void {
    // The camera goes on, watched or not.
  }

  /** To be told of every picture. */
  handlePicture({ accessUnit }: CodedPicture): void {
    this.#rate.add(accessUnit.nalUnits.reduce((sum, { length }) => sum + length, 0));
  }
}
