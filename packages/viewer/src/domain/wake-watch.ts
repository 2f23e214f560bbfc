import { Alarm } from './alarm.ts';
import type { Clock } from './ports.ts';

const LOOK_EVERY_MS = 1_000;

/** A busy page's timers are late by less. */
const SLACK_MS = 2_000;

/**
 * Notices that the device slept, or that the page was frozen: timers stand still meanwhile, the time of day does not. A
 * clock that is set looks the same, and costs one look at whether all is well.
 */
export class WakeWatch {
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #onWake: (sleptMs: number) => void;
  #lookedAt: number;

  constructor(clock: Clock, onWake: (sleptMs: number) => void) {
    this.#clock = clock;
    this.#alarm = new Alarm(clock);
    this.#onWake = onWake;
    this.#lookedAt = clock.timeOfDay();
  }

  start(): void {
    this.#lookedAt = this.#clock.timeOfDay();
    this.#alarm.set(LOOK_EVERY_MS, () => this.#look());
  }

  /** The page has a reason to think that it was away: its timer may come later than that. */
  check(): void {
    if (this.#alarm.isSet) this.#look();
  }

  stop(): void {
    this.#alarm.clear();
  }

  #look(): void {
    const sleptMs = this.#clock.timeOfDay() - this.#lookedAt - LOOK_EVERY_MS;
    this.start();
    if (sleptMs > SLACK_MS) this.#onWake(sleptMs);
  }
}
