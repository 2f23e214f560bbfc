/** The port between a layer and what encodes it: libx264, or a Pi's hardware. */
import type { AccessUnit, VideoFormat } from '@perch/rtp';
import type { Frame } from 'node-av/lib';

/** What an encoder is to aim at. */
export interface EncodingRate {
  readonly bitsPerSecond: number;
  /** How many pictures it is given; may be less than the format says. */
  readonly picturesPerSecond: number;
}

export interface PictureEncoder {
  /**
   * Encodes one picture of the format's size in yuv420p; `pts` counts 1/90000 s and grows. Undefined after
   * `close`, and when the encoder keeps the picture back. Rejects when FFmpeg fails.
   */
  encode(frame: Frame, pts: bigint, keyframe: boolean): Promise<AccessUnit | undefined>;
  /** From the next picture on, or as soon as the encoder can. */
  setRate(rate: EncodingRate): void;
  /** Frees the encoder once the picture in it, if any, is done. May be called twice. */
  close(): Promise<void>;
}

/** Rejects with a StreamerError when the encoder does not take the format. Starts at the format's rate. */
export type OpenPictureEncoder = (format: VideoFormat) => Promise<PictureEncoder>;
