/**
 * A video source made of raw pictures and encoders of our own, one for each layer. Owns them all and frees them in
 * `close`. When the pictures end or stay away, or the main layer's encoder fails, it says so once through `onEnded`.
 */
import { oneLine } from '@perch/protocol';
import type { VideoFormat } from '@perch/rtp';
import { FFmpegError, Frame } from 'node-av/lib';
import type { Logger } from 'pino';
import type { Clock } from '../../domain/clock.ts';
import { SilenceWatch } from '../../domain/silence-watch.ts';
import type { PictureSize, VideoLayer, VideoSource, VideoSourceEvents } from '../../domain/video-source.ts';
import { EncodedLayer } from './encoded-layer.ts';
import { LowLayer } from './low-layer.ts';
import type { OpenPictureEncoder } from './picture-encoder.ts';
import type { RawPictures } from './raw-picture.ts';
import { openX264 } from './x264-encoder.ts';

/** Below a quarter of what its owner gave it, a picture of this size is a smear: the low layer shows more. */
const LOWEST_SHARE = 1 / 4;

export interface EncodedSourceOptions {
  readonly format: VideoFormat;
  readonly openPictures: (format: VideoFormat) => RawPictures;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long the pictures may stay away; as SilenceWatch has it unless given. */
  readonly silentAfterMs?: number | undefined;
  /** libx264 unless given. */
  readonly openEncoder?: OpenPictureEncoder;
}

export class EncodedSource implements VideoSource {
  readonly size: PictureSize;
  readonly #main: EncodedLayer;
  readonly #low: LowLayer | undefined;
  readonly #stop = new AbortController();
  /** Held, to be encoded again where a keyframe is wanted before the next one comes. */
  readonly #newest = new Frame();
  /** The layers that the newest picture may still be encoded again for. */
  readonly #mayEncodeAgain = new Set<EncodedLayer>();
  #encoding: Promise<unknown> = Promise.resolve();
  #done: Promise<void> = Promise.resolve();

  /** Rejects with a StreamerError when the encoder or the pictures can't be opened. */
  static async open(options: EncodedSourceOptions, events: VideoSourceEvents): Promise<EncodedSource> {
    const source = new EncodedSource(options, events);
    try {
      await source.#main.open();
      source.#done = source.#run(options.openPictures(options.format), options, events);
    } catch (error) {
      await source.#free();
      throw error;
    }
    return source;
  }

  private constructor(
    { format, log, openEncoder = openX264 }: EncodedSourceOptions,
    events: VideoSourceEvents,
  ) {
    this.size = { width: format.width, height: format.height };
    const lowestBitsPerSecond = Math.round(format.bitsPerSecond * LOWEST_SHARE);
    const onPicture: VideoSourceEvents['onPicture'] = (picture) => {
      if (!this.#stop.signal.aborted) events.onPicture(picture);
    };
    this.#main = new EncodedLayer(
      { name: 'main', format, lowestBitsPerSecond, openEncoder },
      {
        isWanted: () => events.isWanted('main'),
        onPicture,
        onKeyframeWanted: () => this.#encodeAgain(this.#main),
      },
    );
    this.#low = LowLayer.below(
      format,
      { openEncoder, log },
      {
        isWanted: () => events.isWanted('low'),
        onPicture,
        onKeyframeWanted: () => {
          if (this.#low !== undefined) this.#encodeAgain(this.#low.layer);
        },
      },
    );
    this.#newest.alloc();
  }

  get main(): VideoLayer {
    return this.#main;
  }

  get low(): VideoLayer | undefined {
    return this.#low?.layer;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(
    pictures: RawPictures,
    { clock, format, silentAfterMs }: EncodedSourceOptions,
    events: VideoSourceEvents,
  ): Promise<void> {
    let told = false;
    const end = (reason: string): void => {
      watch.close();
      if (told || this.#stop.signal.aborted) return;
      told = true;
      events.onEnded(reason);
    };
    const watch = new SilenceWatch(clock, { ...format, silentAfterMs }, end);
    let reason = 'the pictures ended';
    try {
      for await (const { frame, capturedMs } of pictures(this.#stop.signal)) {
        watch.handleLife();
        await this.#next(() => this.#encode(frame, capturedMs));
        if (this.#stop.signal.aborted) break;
      }
    } catch (error) {
      reason = oneLine(error);
    }
    watch.close();
    await this.#next(() => this.#free());
    end(reason);
  }

  async #encode(frame: Frame, capturedMs: number): Promise<void> {
    this.#newest.unref();
    FFmpegError.throwIfError(this.#newest.ref(frame), 'hold a picture');
    this.#mayEncodeAgain.add(this.#main);
    if (this.#low !== undefined) this.#mayEncodeAgain.add(this.#low.layer);
    const low = this.#low?.encode(frame, capturedMs);
    try {
      await this.#main.encode(this.#newest, capturedMs);
    } finally {
      await low;
    }
  }

  /**
   * Saves a new viewer the wait for the next picture. Once for each picture and layer: more viewers at the same
   * moment must not cost more keyframes than pictures.
   */
  #encodeAgain(layer: EncodedLayer): void {
    if (!this.#mayEncodeAgain.delete(layer)) return;
    this.#next(async () => {
      if (this.#stop.signal.aborted || !layer.keyframeWanted) return;
      const encoder = layer === this.#main ? this.#main : this.#low;
      await encoder?.encode(this.#newest, performance.now());
    }).catch(() => undefined);
  }

  /** One thing after the other: FFmpeg's encoders and our one held picture want it so. */
  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#encoding.then(work);
    this.#encoding = done.catch(() => undefined);
    return done;
  }

  async #free(): Promise<void> {
    this.#mayEncodeAgain.clear();
    await Promise.all([this.#main.free(), this.#low?.layer.free()]);
    this.#newest.free();
  }
}
