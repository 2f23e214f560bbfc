/**
 * The rate of a stream that somebody else codes: the fullest of the last seconds, so that a path that carries it
 * carries its keyframes and its motion too. What it was said to be, until the first second is over.
 */
import type { Clock } from './clock.ts';

const SECOND_MS = 1_000;

/** Longer than the usual ten seconds between keyframes is seldom, and a calm picture must not count as lively for long. */
const SECONDS_KEPT = 10;

export class MeasuredRate {
  readonly #clock: Clock;
  readonly #assumedBitsPerSecond: number;
  /** Bits of whole seconds, the newest last. */
  #seconds: number[] = [];
  #startedMs: number | undefined;
  #bits = 0;

  constructor(clock: Clock, assumedBitsPerSecond: number) {
    this.#clock = clock;
    this.#assumedBitsPerSecond = assumedBitsPerSecond;
  }

  add(bytes: number): void {
    this.#startedMs ??= this.#clock.nowMs();
    this.#endSeconds();
    this.#bits += bytes * 8;
  }

  get bitsPerSecond(): number {
    this.#endSeconds();
    return this.#seconds.length === 0 ? this.#assumedBitsPerSecond : Math.max(...this.#seconds);
  }

  #endSeconds(): void {
    if (this.#startedMs === undefined) return;
    const passed = Math.floor((this.#clock.nowMs() - this.#startedMs) / SECOND_MS);
    if (passed === 0) return;
    // Seconds without a picture are the source's pauses, not its rate.
    this.#seconds = [...this.#seconds, this.#bits].slice(-SECONDS_KEPT);
    this.#startedMs += passed * SECOND_MS;
    this.#bits = 0;
  }
}
