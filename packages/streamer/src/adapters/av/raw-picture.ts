/** Where raw pictures come from: the port between an encoded source and what films, paints or decodes. */
import type { Frame } from 'node-av/lib';

/** A picture in yuv420p; its memory is the producer's, and good until the next one is asked for. */
export interface RawPicture {
  readonly frame: Frame;
  readonly capturedMs: number;
}

/** Yields pictures in real time until `signal` aborts, and frees what it holds when it returns. */
export type RawPictures = (signal: AbortSignal) => AsyncGenerator<RawPicture, void>;
