import { Alarm } from './alarm.ts';
import type { Clock } from './ports.ts';

/** Long enough to read a button and reach it. */
const FADE_MS = 3_000;

/** Whether the controls are to be seen: from any sign of the person until 3 s after the last, or as long as held. */
export class Fade {
  readonly #alarm: Alarm;
  readonly #onChange: (shown: boolean) => void;
  #shown = true;
  #held = true;

  constructor(clock: Clock, onChange: (shown: boolean) => void) {
    this.#alarm = new Alarm(clock);
    this.#onChange = onChange;
  }

  get shown(): boolean {
    return this.#shown;
  }

  /** The person moved the pointer, touched or pressed a key. */
  show(): void {
    this.#set(true);
    this.#alarm.clear();
    if (!this.#held) this.#alarm.set(FADE_MS, () => this.#set(false));
  }

  /** A tap on the picture takes them away at once. */
  hide(): void {
    if (this.#held) return;
    this.#alarm.clear();
    this.#set(false);
  }

  /** While there is nothing to look at but the controls, or somebody is on them, they stay. */
  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    this.show();
  }

  /** For good: no timer is left. */
  close(): void {
    this.#held = true;
    this.#alarm.clear();
  }

  #set(shown: boolean): void {
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#onChange(shown);
  }
}
