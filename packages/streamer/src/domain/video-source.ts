/**
 * Where coded video comes from: the port between the broadcast and the cameras, encoders and programs behind it.
 *
 * A source gives one picture in up to two layers: `main` at its full size, and where it can `low`, smaller, for viewers
 * whose path does not carry the main one. Each is coded for itself, with its own keyframes.
 */
import type { AccessUnit } from '@perch/rtp';

export type LayerName = 'main' | 'low';

/** In pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** One coded picture. */
export interface CodedPicture {
  readonly layer: LayerName;
  readonly accessUnit: AccessUnit;
  /** When the picture was taken, or as near to it as the source can tell: milliseconds of a monotonic clock. */
  readonly capturedMs: number;
}

export interface VideoSourceEvents {
  /**
   * Whether a picture of this layer would be of use now: false while every viewer still waits for those before. A source
   * that encodes then leaves raw pictures out, which delays nobody and breaks nothing.
   */
  isWanted(layer: LayerName): boolean;
  /** In order of capture within a layer. Must not throw. */
  onPicture(picture: CodedPicture): void;
  /** The source ended and gives no more pictures; called at most once, never after `close`. */
  onEnded(reason: string): void;
}

/** One coding of the picture. A layer that was opened is idle until it is given a rate. */
export interface VideoLayer {
  /** What `setBitsPerSecond` can reach; both the same where the rate is fixed. */
  readonly lowestBitsPerSecond: number;
  readonly highestBitsPerSecond: number;
  /** Whether `requestKeyframe` has an effect. Where it has none, new viewers get the cached group of pictures. */
  readonly forcesKeyframes: boolean;
  /** Makes the next picture a keyframe. */
  requestKeyframe(): void;
  /**
   * The rate from the next picture on, or as soon as the encoder can; kept within the layer's limits. May be called
   * often: whoever can only change the rate in coarse steps makes few of many. 0 means that nobody watches: the layer
   * costs nothing and gives no pictures, where the source can do without; the first one after it is a keyframe.
   */
  setBitsPerSecond(bitsPerSecond: number): void;
}

/** A running source. Owns its encoders or child process, and ends them in `close`. */
export interface VideoSource {
  readonly main: VideoLayer;
  /** The main layer's. Undefined where somebody else codes it, before its first keyframe. */
  readonly size: PictureSize | undefined;
  /** Undefined where this source can give one layer only. */
  readonly low: VideoLayer | undefined;
  /** Ends the source; resolves when nothing of it is left. May be called twice. */
  close(): Promise<void>;
}

/** Starts a source; rejects with a StreamerError where it can't. */
export type OpenVideoSource = (events: VideoSourceEvents) => Promise<VideoSource>;
