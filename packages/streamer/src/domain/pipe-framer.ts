/**
 * Finds the pictures in an H.264 byte stream that comes through a pipe.
 *
 * Annex B has no mark for the end of a picture; waiting for the next start code would cost a whole frame of delay.
 * A camera program writes a picture at once, so a pipe that falls silent has given a whole picture: it is flushed.
 * Where that proves wrong (the rest of a flushed NAL unit arrives), the pause that counts as silence is doubled.
 */
import { type AccessUnit, AccessUnitAssembler, AnnexBReader, MAX_NAL_UNIT_BYTES } from '@perch/rtp';
import type { Clock } from './clock.ts';

/** A writer that is not done refills a pipe within a fraction of this, even on a busy Pi. */
const FIRST_IDLE_MS = 3;

/** Beyond a frame's time at 30/s nothing is gained over waiting for the next start code. */
const MAX_IDLE_MS = 33;

/** A picture may have several slices, but what has twice the largest one's bytes and no end is no video. */
const MAX_PICTURE_BYTES = 2 * MAX_NAL_UNIT_BYTES;

export class PipeFramer {
  readonly #clock: Clock;
  readonly #onPicture: (accessUnit: AccessUnit) => void;
  readonly #reader = new AnnexBReader();
  #assembler = new AccessUnitAssembler();
  #pictureBytes = 0;
  #idleMs = FIRST_IDLE_MS;
  #cancel: (() => void) | undefined;
  #lostBeforeFlush = 0;
  #flushed = false;
  #closed = false;

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
    if (this.#closed) return;
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
    if (this.#closed) return;
    this.#cancel?.();
    this.#lostBeforeFlush = this.#lost();
    this.#flushed = true;
    const nalUnit = this.#reader.flush();
    if (nalUnit !== undefined) this.#assemble(nalUnit);
    const accessUnit = this.#assembler.flush();
    if (accessUnit !== undefined) {
      this.#pictureBytes = 0;
      this.#onPicture(accessUnit);
    }
  }

  /** Stops the timer; no picture comes any more. May be called twice. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #assemble(nalUnit: Uint8Array): void {
    const accessUnit = this.#assembler.push(nalUnit);
    this.#pictureBytes += nalUnit.length;
    if (accessUnit !== undefined) {
      this.#pictureBytes = nalUnit.length;
      this.#onPicture(accessUnit);
    } else if (this.#pictureBytes > MAX_PICTURE_BYTES) {
      this.#assembler = new AccessUnitAssembler();
      this.#pictureBytes = 0;
    }
  }

  #lost(): number {
    return this.#reader.discardedBytes + this.#assembler.lateSlices;
  }
}
