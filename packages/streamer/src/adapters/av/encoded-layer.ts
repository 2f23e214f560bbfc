/**
 * A layer with an encoder of its own: raw pictures in, scaled where they are larger, coded pictures out at the rate
 * that was set. Opens its encoder with the first picture that it needs it for. Owns encoder and scaler.
 *
 * Whoever has the pictures hands them over one at a time: `encode` must not be called again before it is done.
 */
import { TICKS_PER_MS, type VideoFormat } from '@perch/rtp';
import { AV_PIX_FMT_YUV420P } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import type { CodedPicture, LayerName, VideoLayer } from '../../domain/video-source.ts';
import type { OpenPictureEncoder, PictureEncoder } from './picture-encoder.ts';
import { PictureScaler } from './picture-scaler.ts';

export interface EncodedLayerOptions {
  readonly name: LayerName;
  /** The layer's size, and the highest rate it can be given. */
  readonly format: VideoFormat;
  readonly lowestBitsPerSecond: number;
  readonly openEncoder: OpenPictureEncoder;
  /** One picture of how many is encoded at a rate; every one unless given. */
  readonly oneOf?: (bitsPerSecond: number) => number;
}

export interface EncodedLayerEvents {
  /** Whether anyone has room for another picture. */
  isWanted(): boolean;
  onPicture(picture: CodedPicture): void;
  /** The next picture will be a keyframe, and somebody waits for it. */
  onKeyframeWanted(): void;
}

export class EncodedLayer implements VideoLayer {
  readonly forcesKeyframes = true;
  readonly lowestBitsPerSecond: number;
  readonly highestBitsPerSecond: number;
  readonly #options: EncodedLayerOptions;
  readonly #events: EncodedLayerEvents;
  #encoder: PictureEncoder | undefined;
  #scaler: PictureScaler | undefined;
  #bitsPerSecond = 0;
  #keyframeWanted = true;
  #leftOut = 0;
  #lastPts = Number.NEGATIVE_INFINITY;

  constructor(options: EncodedLayerOptions, events: EncodedLayerEvents) {
    this.lowestBitsPerSecond = options.lowestBitsPerSecond;
    this.highestBitsPerSecond = options.format.bitsPerSecond;
    this.#options = options;
    this.#events = events;
  }

  /** Nobody watches this layer. */
  get idle(): boolean {
    return this.#bitsPerSecond === 0;
  }

  /** Somebody waits for a keyframe. */
  get keyframeWanted(): boolean {
    return this.#keyframeWanted && !this.idle;
  }

  /** Holds an encoder. */
  get isOpen(): boolean {
    return this.#encoder !== undefined;
  }

  requestKeyframe(): void {
    this.#keyframeWanted = true;
    if (!this.idle) this.#events.onKeyframeWanted();
  }

  setBitsPerSecond(bitsPerSecond: number): void {
    const wasIdle = this.idle;
    if (bitsPerSecond <= 0) {
      this.#bitsPerSecond = 0;
      this.#keyframeWanted = true;
      return;
    }
    const most = Math.min(bitsPerSecond, this.highestBitsPerSecond);
    this.#bitsPerSecond = Math.max(most, this.lowestBitsPerSecond);
    if (wasIdle) this.requestKeyframe();
  }

  /** Opens the encoder ahead of the first picture; rejects with a StreamerError when it can't be. */
  async open(): Promise<void> {
    this.#encoder ??= await this.#options.openEncoder(this.#options.format);
  }

  /** Rejects when FFmpeg fails. The picture's memory is not needed any more when this is done. */
  async encode(frame: Frame, capturedMs: number): Promise<void> {
    if (this.idle || !this.#events.isWanted()) return;
    const every = this.#options.oneOf?.(this.#bitsPerSecond) ?? 1;
    this.#leftOut++;
    if (this.#leftOut < every && !this.#keyframeWanted) return;
    this.#leftOut = 0;
    await this.open();
    const encoder = this.#encoder as PictureEncoder;
    const { format, name } = this.#options;
    const picturesPerSecond = format.framesPerSecond / every;
    encoder.setRate({ bitsPerSecond: this.#bitsPerSecond, picturesPerSecond });
    const keyframe = this.#keyframeWanted;
    this.#keyframeWanted = false;
    const pts = Math.max(Math.round(capturedMs * TICKS_PER_MS), this.#lastPts + 1);
    this.#lastPts = pts;
    const accessUnit = await encoder.encode(await this.#fit(frame), BigInt(pts), keyframe);
    if (keyframe && accessUnit?.keyframe !== true) this.#keyframeWanted = true;
    if (accessUnit === undefined || this.idle) return;
    this.#events.onPicture({ layer: name, accessUnit, capturedMs: pts / TICKS_PER_MS });
  }

  /** Gives the encoder back; the next picture opens another one. */
  async free(): Promise<void> {
    const encoder = this.#encoder;
    this.#encoder = undefined;
    this.#keyframeWanted = true;
    await encoder?.close();
    this.#scaler?.free();
    this.#scaler = undefined;
  }

  #fit(frame: Frame): Frame | Promise<Frame> {
    const { format } = this.#options;
    const fits = frame.width === format.width && frame.height === format.height;
    if (fits && frame.format === AV_PIX_FMT_YUV420P) return frame;
    this.#scaler ??= new PictureScaler(frame, format);
    return this.#scaler.scale(frame);
  }
}
