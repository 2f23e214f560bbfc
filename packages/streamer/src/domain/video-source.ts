/**
 * Where coded video comes from: the port between the broadcast and the cameras, encoders and programs behind it.
 */
import type { AccessUnit } from '@perch/rtp';

/** One coded picture. */
export interface CodedPicture {
  readonly accessUnit: AccessUnit;
  /** When the picture was taken, or as near to it as the source can tell: milliseconds of a monotonic clock. */
  readonly capturedMs: number;
}

export interface VideoSourceEvents {
  /** In order of capture. Must not throw. */
  onPicture(picture: CodedPicture): void;
  /** The source ended and gives no more pictures; called at most once, never after `close`. */
  onEnded(reason: string): void;
}

/** A running source. Owns its encoder or child process, and ends it in `close`. */
export interface VideoSource {
  /** Whether `requestKeyframe` has an effect. Where it has none, new viewers get the cached group of pictures. */
  readonly forcesKeyframes: boolean;
  /** Makes the next picture a keyframe. */
  requestKeyframe(): void;
  /** Ends the source; resolves when nothing of it is left. May be called twice. */
  close(): Promise<void>;
}

/** Starts a source; rejects with a StreamerError where it can't. */
export type OpenVideoSource = (events: VideoSourceEvents) => Promise<VideoSource>;
