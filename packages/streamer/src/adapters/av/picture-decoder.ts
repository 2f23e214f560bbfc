/**
 * FFmpeg's decoder for one stream: coded bytes in, raw pictures out as soon as they are whole. No frame threads, which
 * would keep pictures back. Bytes that it can't decode give no picture and no error: the next keyframe mends it.
 */
import { type AccessUnit, joinAnnexB } from '@perch/rtp';
import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_CODEC_ID_H264,
  type AVCodecID,
  FF_THREAD_SLICE,
} from 'node-av/constants';
import { Codec, CodecContext, type CodecParameters, FFmpegError, Frame, Packet } from 'node-av/lib';
import { StreamerError } from '../../domain/streamer-error.ts';

/** Decoding takes a fraction of what encoding does. */
const THREADS = 2;

export class PictureDecoder {
  readonly #context: CodecContext;
  readonly #frame = new Frame();
  readonly #bytes = new Packet();

  /** H.264 whose parameter sets come with its keyframes. */
  static openH264(): Promise<PictureDecoder> {
    return PictureDecoder.#open(AV_CODEC_ID_H264);
  }

  /** What a demuxer found. `lowDelay` hands pictures out in order of coding, for streams without B-frames. */
  static openFor(parameters: CodecParameters, lowDelay: boolean): Promise<PictureDecoder> {
    return PictureDecoder.#open(parameters.codecId, parameters, lowDelay);
  }

  static async #open(id: AVCodecID, parameters?: CodecParameters, lowDelay = true): Promise<PictureDecoder> {
    const codec = Codec.findDecoder(id);
    if (codec === null) throw new StreamerError('source-failed', 'FFmpeg has no decoder for this video');
    const context = new CodecContext();
    context.allocContext3(codec);
    try {
      if (parameters !== undefined) {
        FFmpegError.throwIfError(context.parametersToContext(parameters), 'describe the video');
      }
      if (lowDelay) context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
      context.threadType = FF_THREAD_SLICE;
      context.threadCount = THREADS;
      FFmpegError.throwIfError(await context.open2(codec), 'open the decoder');
    } catch (error) {
      context.freeContext();
      throw error;
    }
    return new PictureDecoder(context);
  }

  private constructor(context: CodecContext) {
    this.#context = context;
    this.#frame.alloc();
    this.#bytes.alloc();
  }

  /** Decodes one coded picture. The frames are good until each `onFrame` is done. */
  async decodePicture(
    { nalUnits }: AccessUnit,
    pts: bigint,
    onFrame: (frame: Frame) => Promise<void>,
  ): Promise<void> {
    this.#bytes.data = Buffer.from(joinAnnexB(nalUnits).buffer);
    this.#bytes.pts = pts;
    this.#bytes.dts = pts;
    try {
      await this.decode(this.#bytes, onFrame);
    } finally {
      this.#bytes.unref();
    }
  }

  /** Without a packet it hands out what it keeps back, and takes no more. */
  async decode(packet: Packet | null, onFrame: (frame: Frame) => Promise<void>): Promise<void> {
    if ((await this.#context.sendPacket(packet)) < 0) return;
    while ((await this.#context.receiveFrame(this.#frame)) >= 0) {
      try {
        await onFrame(this.#frame);
      } finally {
        this.#frame.unref();
      }
    }
  }

  free(): void {
    this.#context.freeContext();
    this.#frame.free();
    this.#bytes.free();
  }
}
