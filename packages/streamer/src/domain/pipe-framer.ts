/**
 * Finds the pictures in an H.264 byte stream that comes through a pipe.
 *
 * Annex B has no mark for the end of a picture; waiting for the next start code would cost a whole frame of delay.
 * A camera program writes a picture at once, so a pipe that falls silent has given a whole picture: it is flushed.
 * Where that proves wrong (the rest of a flushed NAL unit arrives), the pause that counts as silence is doubled.
 */
import { type AccessUnit, AccessUnitAssembler, AnnexBReader } from '@perch/rtp';
import type { Clock } from './clock.ts';

/** A writer that is not done refills a pipe within a fraction of this, even on a busy Pi. */
const FIRST_IDLE_MS = 3;

/** Beyond a frame's time at 30/s nothing is gained over waiting for the next start code. */
const MAX_IDLE_MS = 33;

export class PipeFramer {
  readonly #clock: Clock;
  readonly #onPicture: (accessUnit: AccessUnit) => void;
  readonly #reader = new AnnexBReader();
  readonly #assembler = new AccessUnitAssembler();
  #idleMs = FIRST_IDLE_MS;
  #cancel: (() => void) | undefined;
  #lostBeforeFlush = 0;
  #flushed = false;

  constructor(clock: Clock, onPicture: (accessUnit: AccessUnit) => void) {
    this.#clock = clock;
    this.#onPicture = onPicture;
  }

  /** How long a pause must be to end a picture, in milliseconds. */
  get idleMs(): number {
    return this.#idleMs;
  }

  /** Takes the next bytes from the pipe. */
  push(chunk: Uint8Array): void {
    this.#cancel?.();
    for (const nalUnit of this.#reader.push(chunk)) this.#assemble(nalUnit);
    if (this.#flushed && this.#lost() > this.#lostBeforeFlush) {
      this.#idleMs = Math.min(MAX_IDLE_MS, this.#idleMs * 2);
    }
    this.#flushed = false;
    this.#cancel = this.#clock.after(this.#idleMs, () => this.flush());
  }

  /** Ends the picture under way: the pipe is silent or at its end. */
  flush(): void {
    this.#cancel?.();
    this.#lostBeforeFlush = this.#lost();
    this.#flushed = true;
    const nalUnit = this.#reader.flush();
    if (nalUnit !== undefined) this.#assemble(nalUnit);
    const accessUnit = this.#assembler.flush();
    if (accessUnit !== undefined) this.#onPicture(accessUnit);
  }

  /** Forgets what is pending and stops the timer. */
  close(): void {
    this.#cancel?.();
  }

  #assemble(nalUnit: Uint8Array): void {
    const accessUnit = this.#assembler.push(nalUnit);
    if (accessUnit !== undefined) this.#onPicture(accessUnit);
  }

  #lost(): number {
    return this.#reader.discardedBytes + this.#assembler.lateSlices;
  }
}
