/**
 * An H.264 encoder of FFmpeg's through node-av's low-level API: a raw picture in, its access unit out. What is special about
 * one of them is said by whoever opens it.
 *
 * The low-level API, because node-av's high-level Encoder clears a frame's picture type and with it a forced keyframe.
 */
import { type AccessUnit, isKeyframe, splitAnnexB, TICKS_PER_MS, type VideoFormat } from '@perch/rtp';
import { AV_LOG_QUIET, AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE, AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { Codec, CodecContext, Dictionary, FFmpegError, type Frame, Log, Packet, Rational } from 'node-av/lib';
import { StreamerError } from '../../domain/streamer-error.ts';
import type { EncodingRate, PictureEncoder } from './picture-encoder.ts';

/** A keyframe costs several ordinary pictures; new viewers get one on demand, so routine ones may be rare. */
const KEYFRAME_INTERVAL_SECONDS = 10;

const EAGAIN = FFmpegError.AVERROR('EAGAIN' as Parameters<typeof FFmpegError.AVERROR>[0]);

/** What an encoder is told beyond what all of them are. */
export interface EncoderTuning {
  /** Sets up the context, which is not open yet; returns FFmpeg's options by name. */
  readonly configure: (context: CodecContext) => Readonly<Record<string, string>>;
  /** Sets another rate while it runs; missing where nothing that is open can change. */
  readonly applyRate?: (context: CodecContext, rate: EncodingRate) => void;
}

export class LibavEncoder implements PictureEncoder {
  readonly #context: CodecContext;
  readonly #applyRate: EncoderTuning['applyRate'];
  readonly #packet = new Packet();
  #encoding: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** Rejects with a StreamerError when there is no such encoder, and with FFmpeg's error when it refuses. */
  static async open(
    name: 'libx264' | 'h264_v4l2m2m',
    format: VideoFormat,
    { configure, applyRate }: EncoderTuning,
  ): Promise<LibavEncoder> {
    // FFmpeg would write to standard error; what failed comes back as a code.
    Log.setLevel(AV_LOG_QUIET);
    const codec = Codec.findEncoderByName(name as Parameters<typeof Codec.findEncoderByName>[0]);
    if (codec === null) throw new StreamerError('source-failed', `this build of node-av has no ${name}`);
    const context = new CodecContext();
    context.allocContext3(codec);
    context.width = format.width;
    context.height = format.height;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(1, 1000 * TICKS_PER_MS);
    context.framerate = new Rational(Math.round(format.framesPerSecond * 1000), 1000);
    context.gopSize = Math.round(format.framesPerSecond * KEYFRAME_INTERVAL_SECONDS);
    context.maxBFrames = 0;
    try {
      const options = Dictionary.fromObject({ ...configure(context) });
      FFmpegError.throwIfError(await context.open2(codec, options), `open ${name}`);
    } catch (error) {
      context.freeContext();
      throw error;
    }
    return new LibavEncoder(context, applyRate);
  }

  private constructor(context: CodecContext, applyRate: EncoderTuning['applyRate']) {
    this.#context = context;
    this.#applyRate = applyRate;
    this.#packet.alloc();
  }

  setRate(rate: EncodingRate): void {
    if (!this.#closed) this.#applyRate?.(this.#context, rate);
  }

  encode(frame: Frame, pts: bigint, keyframe: boolean): Promise<AccessUnit | undefined> {
    const encoded = this.#encoding.then(() => this.#encode(frame, pts, keyframe));
    this.#encoding = encoded.catch(() => undefined);
    return encoded;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#encoding;
    this.#packet.free();
    this.#context.freeContext();
  }

  async #encode(frame: Frame, pts: bigint, keyframe: boolean): Promise<AccessUnit | undefined> {
    if (this.#closed) return undefined;
    frame.pts = pts;
    frame.pictType = keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    FFmpegError.throwIfError(await this.#context.sendFrame(frame), 'encode');
    const received = await this.#context.receivePacket(this.#packet);
    if (received === EAGAIN) return undefined;
    FFmpegError.throwIfError(received, 'encode');
    const data = this.#packet.data;
    // Copied once: the packet's memory is the encoder's again after unref.
    const nalUnits = data === null ? [] : splitAnnexB(Uint8Array.from(data));
    this.#packet.unref();
    return nalUnits.length === 0 ? undefined : { nalUnits, keyframe: isKeyframe(nalUnits) };
  }
}
