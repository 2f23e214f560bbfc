/**
 * libx264 through node-av's low-level API: a raw picture in, its access unit out.
 *
 * Constrained baseline, no B-frames, no lookahead, so each picture leaves the encoder before the next one enters.
 * The low-level API, because node-av's high-level Encoder clears a frame's picture type and with it a forced
 * keyframe.
 */
import { availableParallelism } from 'node:os';
import { type AccessUnit, h264LevelFor, isKeyframe, splitAnnexB, type VideoFormat } from '@perch/rtp';
import {
  AV_LOG_QUIET,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_YUV420P,
  FF_THREAD_SLICE,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, FFmpegError, type Frame, Log, Packet, Rational } from 'node-av/lib';
import { StreamerError } from '../../domain/streamer-error.ts';
import type { EncodingRate, PictureEncoder } from './picture-encoder.ts';

/** A keyframe costs ten ordinary pictures; new viewers get one on demand, so routine ones may be rare. */
const KEYFRAME_INTERVAL_SECONDS = 10;

/**
 * How much rate may be saved up for one picture. At 30/s a keyframe is then seven and a half ordinary pictures at
 * most; of the test picture it is three to five, and looks no worse than its neighbours (PSNR at 2 Mbit/s: the same
 * as with twice the buffer, which makes keyframes of six to eight).
 */
const RATE_BUFFER_SECONDS = 0.25;

/** At few pictures a second the buffer must still hold a keyframe that is worth looking at. */
const RATE_BUFFER_PICTURES = 4;

/** More slices cost bits; four threads carry 1080p30 on a Pi. */
const MAX_THREADS = 4;

/** Timestamps count the RTP clock of H.264 (RFC 6184, section 8.2.1). */
const TICKS_PER_SECOND = 90_000;

export class H264Encoder implements PictureEncoder {
  readonly #context: CodecContext;
  readonly #format: VideoFormat;
  readonly #packet = new Packet();
  #encoding: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** Rejects with a StreamerError when libx264 does not take the format. */
  static async open(format: VideoFormat): Promise<H264Encoder> {
    const level = h264LevelFor(format);
    if (level === undefined) throw unusable(format);
    // FFmpeg would write to standard error; what failed comes back as a code.
    Log.setLevel(AV_LOG_QUIET);
    const codec = Codec.findEncoderByName('libx264' as Parameters<typeof Codec.findEncoderByName>[0]);
    if (codec === null)
      throw new StreamerError('source-failed', 'this build of node-av has no libx264 encoder');
    const context = new CodecContext();
    context.allocContext3(codec);
    context.width = format.width;
    context.height = format.height;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(1, TICKS_PER_SECOND);
    context.framerate = new Rational(Math.round(format.framesPerSecond * 1000), 1000);
    const { bitsPerSecond, framesPerSecond: picturesPerSecond } = format;
    applyRate(context, format, { bitsPerSecond, picturesPerSecond });
    context.gopSize = Math.round(format.framesPerSecond * KEYFRAME_INTERVAL_SECONDS);
    context.maxBFrames = 0;
    context.threadType = FF_THREAD_SLICE;
    context.threadCount = Math.min(MAX_THREADS, availableParallelism());
    const options = new Dictionary();
    options.set('preset', 'ultrafast');
    options.set('tune', 'zerolatency');
    options.set('profile', 'baseline');
    options.set('level', (level / 10).toFixed(1));
    options.set('forced-idr', '1');
    try {
      const opened = await context.open2(codec, options);
      FFmpegError.throwIfError(opened, 'open libx264');
    } catch (cause) {
      context.freeContext();
      throw unusable(format, { cause });
    }
    return new H264Encoder(context, format);
  }

  private constructor(context: CodecContext, format: VideoFormat) {
    this.#context = context;
    this.#format = format;
    this.#packet.alloc();
  }

  setRate(rate: EncodingRate): void {
    if (!this.#closed) applyRate(this.#context, this.#format, rate);
  }

  /** Zero latency rules out that a picture is kept back, but FFmpeg's interface does not. */
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
    if (
      FFmpegError.is(received, FFmpegError.AVERROR('EAGAIN' as Parameters<typeof FFmpegError.AVERROR>[0]))
    ) {
      return undefined;
    }
    FFmpegError.throwIfError(received, 'encode');
    const data = this.#packet.data;
    // Copied once: the packet's memory is the encoder's again after unref.
    const nalUnits = data === null ? [] : splitAnnexB(Uint8Array.from(data));
    this.#packet.unref();
    return nalUnits.length === 0 ? undefined : { nalUnits, keyframe: isKeyframe(nalUnits) };
  }
}

/**
 * FFmpeg compares these with what x264 has at each picture, and changes it in the running encoder. The frame rate it
 * tells x264 only once, so where pictures are left out, each is given the bits of those that it stands for.
 */
function applyRate(context: CodecContext, format: VideoFormat, rate: EncodingRate): void {
  const { bitsPerSecond, picturesPerSecond } = rate;
  const nominal = Math.round((bitsPerSecond * format.framesPerSecond) / picturesPerSecond);
  const bufferSeconds = Math.max(RATE_BUFFER_SECONDS, RATE_BUFFER_PICTURES / picturesPerSecond);
  context.bitRate = BigInt(nominal);
  context.rcMaxRate = BigInt(nominal);
  context.rcBufferSize = Math.round(bitsPerSecond * bufferSeconds);
}

function unusable({ width, height, framesPerSecond }: VideoFormat, options?: ErrorOptions): StreamerError {
  const message = `H.264 can't carry ${width}x${height} at ${framesPerSecond}; choose another --width, --height or --fps`;
  return new StreamerError('bad-format', message, options);
}
