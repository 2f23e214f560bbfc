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

/** A picture that should be moving has its next frame in this time, or its connection did not outlive the pause. */
const SOON_MS = 1_000;

/**
 * `still`: there was no frame for longer than is usual, and the person may be told. `frozen`: for so long that something
 * has to be done.
 */
export type PictureState = 'none' | 'moving' | 'still' | 'frozen';

export interface Patience {
  readonly stillMs: number;
  readonly frozenMs: number;
}

/**
 * No new frame for 2 s, with the camera there: the person is told. A streamer whose camera program hangs looks for 2 to
 * 2.5 s before it says so (STATE1). Its word must come first, or each viewer asks for a connection that would show nothing
 * either: so another one is asked for after 3 s.
 */
export const PATIENCE: Patience = { stillMs: 2_000, frozenMs: 3_000 };

/** No new frame for this long after the camera left: it has really left. */
export const PATIENCE_WITHOUT_CAMERA: Patience = { stillMs: 1_000, frozenMs: 1_000 };

/**
 * Judges from the frames shown whether the picture moves. What nobody sees shows no frames, so there it judges nothing.
 * Costs nothing per frame but reading the clock: its timer looks back instead of being set again.
 */
export class PictureWatch {
  readonly #clock: Clock;
  readonly #onChange: (state: PictureState) => void;
  readonly #check: Alarm;
  #state: PictureState = 'none';
  #lastFrameAt: number | undefined;
  #usualGapMs = 0;
  #patience: Patience;
  /** A frame is due at once. */
  #isDue = false;
  #visible: boolean;

  constructor(
    clock: Clock,
    options: { patience: Patience; visible: boolean },
    onChange: (state: PictureState) => void,
  ) {
    this.#clock = clock;
    this.#patience = options.patience;
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
    this.#isDue = false;
    if (!this.#check.isSet) this.#watch();
    if (this.#state === 'moving') return;
    this.#state = 'moving';
    this.#onChange('moving');
  }

  setPatience(patience: Patience): void {
    this.#patience = patience;
    if (this.#isWatched) this.#watch();
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.expectSoon();
  }

  /** Nothing was shown for a while, for a reason that is over: a picture that still moves shows it at once. */
  expectSoon(): void {
    if (!this.#isWatched) return;
    // The gap that the hidden page made is not the camera's.
    this.#lastFrameAt = this.#clock.now();
    this.#isDue = true;
    this.#watch();
  }

  /** No picture is expected from here: what is on the screen is the past. Reports nothing. */
  reset(): void {
    this.#check.clear();
    this.#state = 'none';
    this.#lastFrameAt = undefined;
    this.#isDue = false;
    this.#usualGapMs = 0;
  }

  get #isWatched(): boolean {
    return this.#state === 'moving' || this.#state === 'still';
  }

  #watch(): void {
    this.#check.clear();
    if (!this.#visible || this.#lastFrameAt === undefined) return;
    const { stillMs, frozenMs } = this.#limits;
    const now = this.#clock.now();
    const untilStillMs = this.#lastFrameAt + stillMs - now;
    const untilFrozenMs = this.#lastFrameAt + frozenMs - now;
    if (untilFrozenMs > 0) {
      this.#check.set(untilStillMs > 0 ? untilStillMs : untilFrozenMs, () => this.#watch());
      if (untilStillMs > 0 || this.#state === 'still') return;
      this.#state = 'still';
    } else {
      this.#state = 'frozen';
      this.#lastFrameAt = undefined;
    }
    this.#onChange(this.#state);
  }

  get #limits(): Patience {
    const slowMs = Math.min(MAX_PATIENCE_MS, GAPS_BEFORE_FROZEN * this.#usualGapMs);
    const { stillMs, frozenMs } = this.#patience;
    const limits = { stillMs: Math.max(stillMs, slowMs), frozenMs: Math.max(frozenMs, slowMs) };
    if (!this.#isDue) return limits;
    const soonMs = Math.max(SOON_MS, slowMs);
    return { stillMs: Math.min(limits.stillMs, soonMs), frozenMs: Math.min(limits.frozenMs, soonMs) };
  }
}
