/**
 * When to ask the encoder for a keyframe. A keyframe costs everyone ten pictures' worth of rate, so viewers who lost
 * something share one a second; a viewer who has no picture at all yet does not wait for that.
 */
import type { Clock } from './clock.ts';

export const MIN_LOSS_INTERVAL_MS = 1_000;

export class KeyframeRequests {
  readonly #clock: Clock;
  readonly #ask: () => void;
  #lastKeyframeMs = Number.NEGATIVE_INFINITY;
  #pending = false;

  constructor(clock: Clock, ask: () => void) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** A viewer waits for its first picture. */
  requestForNewViewer(): void {
    this.#ask();
  }

  /** A viewer can't decode what follows: PLI, FIR, or a packet given up on. Asked for again until one comes. */
  requestForLoss(): void {
    this.#pending = true;
    this.#askIfDue();
  }

  /** To be told of every picture that was encoded. */
  handlePicture(keyframe: boolean): void {
    if (keyframe) {
      this.#lastKeyframeMs = this.#clock.nowMs();
      this.#pending = false;
    } else {
      this.#askIfDue();
    }
  }

  #askIfDue(): void {
    if (this.#pending && this.#clock.nowMs() - this.#lastKeyframeMs >= MIN_LOSS_INTERVAL_MS) this.#ask();
  }
}
