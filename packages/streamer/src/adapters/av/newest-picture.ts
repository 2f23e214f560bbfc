/**
 * Between what makes raw pictures at its own pace and what encodes them at another: keeps the newest one. An encoder
 * that is too slow gets fewer pictures, none of them old.
 */
import { FFmpegError, Frame } from 'node-av/lib';
import type { RawPicture } from './raw-picture.ts';

export class NewestPicture {
  /** One waits to be taken, the other was taken last. */
  #waiting = emptyFrame();
  #taken = emptyFrame();
  #capturedMs: number | undefined;
  #end: string | undefined;
  #wake: () => void = () => undefined;

  /** Takes a reference; the frame stays the caller's. */
  put(frame: Frame, capturedMs: number): void {
    this.#waiting.unref();
    FFmpegError.throwIfError(this.#waiting.ref(frame), 'hold a picture');
    this.#capturedMs = capturedMs;
    this.#wake();
  }

  /** No more will come. */
  end(reason: string): void {
    this.#end ??= reason;
    this.#wake();
  }

  /**
   * One after the other the picture that is the newest when it is asked for, each good until the next. To be called once;
   * ends when `signal` aborts, throws at the end of the pictures.
   */
  async *each(signal: AbortSignal): AsyncGenerator<RawPicture, void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    for (;;) {
      while (this.#capturedMs === undefined && this.#end === undefined && !signal.aborted) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      if (signal.aborted) return;
      if (this.#capturedMs === undefined) throw new Error(this.#end);
      [this.#waiting, this.#taken] = [this.#taken, this.#waiting];
      this.#waiting.unref();
      const picture = { frame: this.#taken, capturedMs: this.#capturedMs };
      this.#capturedMs = undefined;
      yield picture;
    }
  }

  free(): void {
    this.#waiting.free();
    this.#taken.free();
  }
}

function emptyFrame(): Frame {
  const frame = new Frame();
  frame.alloc();
  return frame;
}
