/**
 * Notices that a source has fallen silent: a camera program that hangs, a cable that was pulled. Tells so once.
 * Looks a few times each limit instead of once, so that a process that was itself held up blames nobody else.
 */
import type { Clock } from './clock.ts';

/** No camera at hand pauses for so long, whatever the light. */
const SILENT_AFTER_MS = 2_000;

/** A Pi Zero takes some seconds to start a camera. */
const SILENT_AT_FIRST_AFTER_MS = 10_000;

/** Where pictures are rare, so many of them may be missing. */
const MISSING_PICTURES = 3;

const LOOKS_PER_LIMIT = 4;

export interface SilenceLimits {
  readonly framesPerSecond: number;
  /** Two seconds unless given. */
  readonly silentAfterMs?: number | undefined;
}

export class SilenceWatch {
  readonly #clock: Clock;
  readonly #onSilent: (reason: string) => void;
  readonly #limitMs: number;
  #cancel: () => void = () => undefined;
  #heard = false;
  #everHeard = false;
  #silentMs = 0;

  constructor(
    clock: Clock,
    { framesPerSecond, silentAfterMs = SILENT_AFTER_MS }: SilenceLimits,
    onSilent: (reason: string) => void,
  ) {
    this.#clock = clock;
    this.#onSilent = onSilent;
    this.#limitMs = Math.max(silentAfterMs, (MISSING_PICTURES * 1000) / framesPerSecond);
    this.#look();
  }

  /** A picture came, or bytes of one. */
  handleLife(): void {
    this.#heard = true;
  }

  /** Stops the timer. May be called twice. */
  close(): void {
    this.#cancel();
  }

  #look(): void {
    const everyMs = this.#limitMs / LOOKS_PER_LIMIT;
    this.#cancel = this.#clock.after(everyMs, () => {
      this.#silentMs = this.#heard ? 0 : this.#silentMs + everyMs;
      this.#everHeard ||= this.#heard;
      this.#heard = false;
      const mostMs = this.#everHeard ? this.#limitMs : Math.max(this.#limitMs, SILENT_AT_FIRST_AFTER_MS);
      if (this.#silentMs < mostMs) this.#look();
      else this.#onSilent(`no picture for ${Math.round(mostMs / 1000)} s`);
    });
  }
}
