/**
 * Puts the bytes of raw yuv420p pictures, as they come through a pipe, where the encoder reads them: each byte is
 * copied once. The pictures follow each other without padding, so their width must be what the camera pads to.
 */
import type { PicturePlanes } from './test-pattern.ts';
import type { PictureSize } from './video-source.ts';

export class PictureFiller {
  readonly #width: number;
  readonly #height: number;
  readonly #nextPlanes: () => PicturePlanes;
  readonly #onFull: () => void;
  #planes: PicturePlanes | undefined;
  #plane: 0 | 1 | 2 = 0;
  #row = 0;
  #column = 0;

  /** `nextPlanes` gives the memory for a picture; `onFull` tells that it is whole. */
  constructor(size: PictureSize, nextPlanes: () => PicturePlanes, onFull: () => void) {
    this.#width = size.width;
    this.#height = size.height;
    this.#nextPlanes = nextPlanes;
    this.#onFull = onFull;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      this.#planes ??= this.#nextPlanes();
      const share = this.#plane === 0 ? 1 : 2;
      const width = this.#width / share;
      const count = Math.min(width - this.#column, chunk.length - at);
      const start = this.#row * this.#planes.strides[this.#plane] + this.#column;
      this.#planes.data[this.#plane].set(chunk.subarray(at, at + count), start);
      at += count;
      this.#column += count;
      if (this.#column === width) this.#endRow(this.#height / share);
    }
  }

  #endRow(height: number): void {
    this.#column = 0;
    this.#row++;
    if (this.#row < height) return;
    this.#row = 0;
    if (this.#plane < 2) {
      this.#plane = this.#plane === 0 ? 1 : 2;
      return;
    }
    this.#plane = 0;
    this.#planes = undefined;
    this.#onFull();
  }
}
