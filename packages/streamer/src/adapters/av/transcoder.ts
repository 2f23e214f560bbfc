/**
 * Makes the low layer of pictures that are coded already: decodes them, and encodes them again at half the size.
 *
 * What was coded before now (a group of pictures so far) is decoded and not encoded. Where decoding is slower than
 * the pictures come, those that wait are passed over at the next keyframe.
 */
import { TICKS_PER_MS, type VideoFormat } from '@perch/rtp';
import type { Frame } from 'node-av/lib';
import type { Logger } from 'pino';
import type { CodedPicture } from '../../domain/video-source.ts';
import { LowLayer } from './low-layer.ts';
import { PictureDecoder } from './picture-decoder.ts';
import { openX264 } from './x264-encoder.ts';

/** More than a second's pictures waiting will not be caught up with by decoding them all. */
const MAX_WAITING = 30;

/** A picture behind which more than one waits is late: its viewers want the newest. */
const MAX_BEHIND = 1;

export interface LowPictureEvents {
  /** Whether anyone has room for another picture. */
  isWanted(): boolean;
  onPicture(picture: CodedPicture): void;
}

export class Transcoder {
  readonly #decoder: PictureDecoder;
  readonly #format: VideoFormat;
  readonly #log: Logger;
  readonly #events: LowPictureEvents;
  readonly #waiting: CodedPicture[] = [];
  #low: LowLayer | undefined;
  #size = '';
  #bitsPerSecond = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  static async open(format: VideoFormat, log: Logger, events: LowPictureEvents): Promise<Transcoder> {
    return new Transcoder(await PictureDecoder.openH264(), format, log, events);
  }

  private constructor(decoder: PictureDecoder, format: VideoFormat, log: Logger, events: LowPictureEvents) {
    this.#decoder = decoder;
    this.#format = format;
    this.#log = log;
    this.#events = events;
  }

  setBitsPerSecond(bitsPerSecond: number): void {
    this.#bitsPerSecond = bitsPerSecond;
    this.#low?.layer.setBitsPerSecond(bitsPerSecond);
  }

  requestKeyframe(): void {
    this.#low?.layer.requestKeyframe();
  }

  /** The next pictures of the main layer, in order; the first ones since the beginning start with a keyframe. */
  decode(pictures: readonly CodedPicture[]): void {
    if (this.#closed) return;
    const keyframe = pictures[0]?.accessUnit.keyframe === true;
    if (keyframe && this.#waiting.length > MAX_WAITING) this.#waiting.length = 0;
    this.#waiting.push(...pictures);
    this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running;
    await this.#low?.layer.free();
    this.#decoder.free();
  }

  async #run(): Promise<void> {
    for (;;) {
      const picture = this.#closed ? undefined : this.#waiting.shift();
      if (picture === undefined) break;
      const { accessUnit, capturedMs } = picture;
      const pts = BigInt(Math.round(capturedMs * TICKS_PER_MS));
      await this.#decoder.decodePicture(accessUnit, pts, (frame) => this.#encode(frame, capturedMs));
    }
    this.#running = undefined;
  }

  async #encode(frame: Frame, capturedMs: number): Promise<void> {
    if (this.#waiting.length > MAX_BEHIND) return;
    await this.#fit(frame);
    await this.#low?.encode(frame, capturedMs);
  }

  /** A program sends what size it likes, and may change it. */
  async #fit({ width, height }: Frame): Promise<void> {
    const size = `${width}x${height}`;
    if (size === this.#size) return;
    this.#size = size;
    await this.#low?.layer.free();
    const components = { openEncoder: openX264, log: this.#log };
    this.#low = LowLayer.below({ ...this.#format, width, height }, components, {
      isWanted: () => this.#events.isWanted(),
      onPicture: (picture) => {
        if (!this.#closed) this.#events.onPicture(picture);
      },
      onKeyframeWanted: () => undefined,
    });
    this.#low?.layer.setBitsPerSecond(this.#bitsPerSecond);
  }
}
