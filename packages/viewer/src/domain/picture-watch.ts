import { Alarm } from './alarm.ts';
import type { Clock } from './ports.ts';

/**
 * A camera at 1 frame a second is slow, not frozen: wait for this many of its usual gaps. A streamer that misses three
 * says so within 3.75 of them.
 */
const GAPS_BEFORE_FROZEN = 4;

/** A camera slower than this is treated as frozen between its frames. */
const MAX_PATIENCE_MS = 10_000;

/** How much one gap moves the usual gap: a single hiccup hardly does. */
const GAP_WEIGHT = 0.2;

export type PictureState = 'none' | 'moving' | 'frozen';

/**
 * Judges from the frames shown whether the picture moves. A hidden page shows no frames, so there it judges nothing.
 * Costs nothing per frame but reading the clock: its timer looks back instead of being set again.
 */
export class PictureWatch {
  readonly #clock: Clock;
  readonly #onChange: (state: PictureState) => void;
  readonly #check: Alarm;
  #state: PictureState = 'none';
  #lastFrameAt: number | undefined;
  #usualGapMs = 0;
  #patienceMs: number;
  #visible: boolean;

  constructor(
    clock: Clock,
    options: { patienceMs: number; visible: boolean },
    onChange: (state: PictureState) => void,
  ) {
    this.#clock = clock;
    this.#patienceMs = options.patienceMs;
    this.#visible = options.visible;
    this.#onChange = onChange;
    this.#check = new Alarm(clock);
  }

  get state(): PictureState {
    return this.#state;
  }

  handleFrame(): void {
    const now = this.#clock.now();
    if (this.#lastFrameAt !== undefined) {
      this.#usualGapMs += GAP_WEIGHT * (now - this.#lastFrameAt - this.#usualGapMs);
    }
    this.#lastFrameAt = now;
    if (!this.#check.isSet) this.#watch();
    if (this.#state === 'moving') return;
    this.#state = 'moving';
    this.#onChange('moving');
  }

  setPatience(ms: number): void {
    this.#patienceMs = ms;
    if (this.#state === 'moving') this.#watch();
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (this.#state !== 'moving') return;
    // The gap that the hidden page made is not the camera's.
    this.#lastFrameAt = this.#clock.now();
    this.#watch();
  }

  /** No picture is expected from here: what is on the screen is the past. Reports nothing. */
  reset(): void {
    this.#check.clear();
    this.#state = 'none';
    this.#lastFrameAt = undefined;
    this.#usualGapMs = 0;
  }

  #watch(): void {
    this.#check.clear();
    if (!this.#visible || this.#lastFrameAt === undefined) return;
    const slow = Math.min(MAX_PATIENCE_MS, GAPS_BEFORE_FROZEN * this.#usualGapMs);
    const leftMs = this.#lastFrameAt + Math.max(this.#patienceMs, slow) - this.#clock.now();
    if (leftMs > 0) {
      this.#check.set(leftMs, () => this.#watch());
      return;
    }
    this.#state = 'frozen';
    this.#lastFrameAt = undefined;
    this.#onChange('frozen');
  }
}
