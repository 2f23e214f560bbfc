/**
 * A video source made of raw pictures and an encoder of our own. Owns both and frees them in `close`. When the
 * pictures end or either of them fails, it says so once through `onEnded`.
 */
import type { VideoFormat } from '@perch/rtp';
import type { Frame } from 'node-av/lib';
import type { VideoLayer, VideoSource, VideoSourceEvents } from '../../domain/video-source.ts';
import { H264Encoder } from './h264-encoder.ts';

/** A picture in yuv420p; its memory is the producer's, and good until the next one is asked for. */
export interface RawPicture {
  readonly frame: Frame;
  readonly capturedMs: number;
}

/** Yields pictures in real time until `signal` aborts, and frees what it holds when it returns. */
export type RawPictures = (signal: AbortSignal) => AsyncGenerator<RawPicture, void>;

/** The RTP clock of H.264 in ticks a millisecond. */
const TICKS_PER_MS = 90;

export class EncodedSource implements VideoSource {
  readonly main: VideoLayer;
  readonly low = undefined;
  readonly #events: VideoSourceEvents;
  readonly #encoder: H264Encoder;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #keyframeWanted = true;

  /** Rejects with a StreamerError when the encoder or the pictures can't be opened. */
  static async open(
    format: VideoFormat,
    openPictures: (format: VideoFormat) => RawPictures,
    events: VideoSourceEvents,
  ): Promise<EncodedSource> {
    const encoder = await H264Encoder.open(format);
    try {
      return new EncodedSource(encoder, format, openPictures(format), events);
    } catch (error) {
      await encoder.close();
      throw error;
    }
  }

  private constructor(
    encoder: H264Encoder,
    format: VideoFormat,
    pictures: RawPictures,
    events: VideoSourceEvents,
  ) {
    this.#encoder = encoder;
    this.#events = events;
    this.main = {
      lowestBitsPerSecond: format.bitsPerSecond,
      highestBitsPerSecond: format.bitsPerSecond,
      forcesKeyframes: true,
      requestKeyframe: () => {
        this.#keyframeWanted = true;
      },
      setBitsPerSecond: () => undefined,
    };
    this.#done = this.#run(pictures(this.#stop.signal));
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(pictures: AsyncGenerator<RawPicture, void>): Promise<void> {
    let reason = 'the pictures ended';
    try {
      for await (const { frame, capturedMs } of pictures) {
        const keyframe = this.#keyframeWanted;
        this.#keyframeWanted = false;
        const pts = BigInt(Math.round(capturedMs * TICKS_PER_MS));
        const accessUnit = await this.#encoder.encode(frame, pts, keyframe);
        if (this.#stop.signal.aborted) break;
        if (accessUnit !== undefined) this.#events.onPicture({ layer: 'main', accessUnit, capturedMs });
      }
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    await this.#encoder.close();
    if (!this.#stop.signal.aborted) this.#events.onEnded(reason);
  }
}
