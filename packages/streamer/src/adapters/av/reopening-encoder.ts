/**
 * An encoder whose rate is set when it is opened: opened again for another rate, at a picture that becomes a keyframe.
 * That costs a keyframe, so rates change in coarse steps; sooner down than up, because a rate that is too high makes a
 * queue, and one that is too low only a coarser picture. Owns the encoder.
 */
import type { AccessUnit, VideoFormat } from '@perch/rtp';
import type { Frame } from 'node-av/lib';
import type { Clock } from '../../domain/clock.ts';
import type { EncodingRate, OpenPictureEncoder, PictureEncoder } from './picture-encoder.ts';

/** Smaller changes are not worth a keyframe. */
const MIN_CHANGE = 0.2;

const MIN_MS_BEFORE_LESS = 5_000;
const MIN_MS_BEFORE_MORE = 15_000;

export class ReopeningEncoder implements PictureEncoder {
  readonly #open: OpenPictureEncoder;
  readonly #format: VideoFormat;
  readonly #clock: Clock;
  #encoder: PictureEncoder;
  #bitsPerSecond: number;
  #wantedBitsPerSecond: number;
  #openedMs: number;
  #busy: Promise<unknown> = Promise.resolve();
  #closed = false;

  static async open(open: OpenPictureEncoder, format: VideoFormat, clock: Clock): Promise<ReopeningEncoder> {
    return new ReopeningEncoder(await open(format), open, format, clock);
  }

  private constructor(encoder: PictureEncoder, open: OpenPictureEncoder, format: VideoFormat, clock: Clock) {
    this.#encoder = encoder;
    this.#open = open;
    this.#format = format;
    this.#clock = clock;
    this.#bitsPerSecond = format.bitsPerSecond;
    this.#wantedBitsPerSecond = format.bitsPerSecond;
    // The first rate that is set is the one that the paths carry: it need not wait.
    this.#openedMs = Number.NEGATIVE_INFINITY;
  }

  setRate({ bitsPerSecond, picturesPerSecond }: EncodingRate): void {
    // The hardware gives each picture its share of a second at the format's rate.
    this.#wantedBitsPerSecond = Math.round(
      (bitsPerSecond * this.#format.framesPerSecond) / picturesPerSecond,
    );
  }

  encode(frame: Frame, pts: bigint, keyframe: boolean): Promise<AccessUnit | undefined> {
    const encoded = this.#busy.then(() => this.#encode(frame, pts, keyframe));
    this.#busy = encoded.catch(() => undefined);
    return encoded;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#busy;
    await this.#encoder.close();
  }

  async #encode(frame: Frame, pts: bigint, keyframe: boolean): Promise<AccessUnit | undefined> {
    if (this.#closed) return undefined;
    const reopens = this.#isDue();
    if (reopens) await this.#reopen();
    return await this.#encoder.encode(frame, pts, keyframe || reopens);
  }

  #isDue(): boolean {
    const change = this.#wantedBitsPerSecond / this.#bitsPerSecond - 1;
    const waitMs = change < 0 ? MIN_MS_BEFORE_LESS : MIN_MS_BEFORE_MORE;
    return Math.abs(change) >= MIN_CHANGE && this.#clock.nowMs() - this.#openedMs >= waitMs;
  }

  /** Closed first: the hardware may take only one. */
  async #reopen(): Promise<void> {
    await this.#encoder.close();
    this.#bitsPerSecond = this.#wantedBitsPerSecond;
    this.#openedMs = this.#clock.nowMs();
    this.#encoder = await this.#open({ ...this.#format, bitsPerSecond: this.#bitsPerSecond });
  }
}
