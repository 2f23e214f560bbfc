/**
 * A keyframe of H.264 as a JPEG (ISO/IEC 10918-1) for a card: decoded, made small enough, encoded by FFmpeg's mjpeg as
 * well as MAX_SNAPSHOT_BYTES allow. Everything is opened for one picture and freed with it: stills are rare, and a decoder
 * that waits for the next one takes more memory than opening one takes time.
 *
 * Not here: colour matrices. JFIF knows BT.601 alone, and a decoder's picture in BT.709 is not converted.
 */
import { MAX_SNAPSHOT_BYTES, MAX_SNAPSHOT_SIDE } from '@perch/protocol';
import type { AccessUnit } from '@perch/rtp';
import {
  AV_CODEC_FLAG_QSCALE,
  AV_CODEC_ID_MJPEG,
  AV_LOG_QUIET,
  AV_PIX_FMT_YUVJ420P,
  FF_QP2LAMBDA,
} from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, type Frame, Log, Packet, Rational } from 'node-av/lib';
import type { Jpeg, JpegOutcome } from '../../domain/snapshots.ts';
import type { PictureSize } from '../../domain/video-source.ts';
import { PictureDecoder } from './picture-decoder.ts';
import { PictureScaler } from './picture-scaler.ts';

/** Quantizers from hardly visible to coarse, the encoder's last: each takes about two thirds of the bytes of the one before. */
const QUANTIZERS = [3, 5, 8, 13, 20, 31];

/** Where not even the coarsest fits, a picture of half the size does. */
const SIDES = [MAX_SNAPSHOT_SIDE, MAX_SNAPSHOT_SIDE / 2];

/** Rejects when FFmpeg fails. */
export async function encodeJpeg(keyframe: AccessUnit): Promise<JpegOutcome> {
  // FFmpeg would write to standard error; what failed comes back as a code.
  Log.setLevel(AV_LOG_QUIET);
  const codec = Codec.findEncoder(AV_CODEC_ID_MJPEG);
  if (codec === null) return { ok: false, reason: 'no-encoder' };
  const decoder = await PictureDecoder.openH264();
  let jpeg: Jpeg | undefined;
  const take = async (frame: Frame): Promise<void> => {
    jpeg ??= await encodeFrame(codec, frame);
  };
  try {
    await decoder.decodePicture(keyframe, 0n, take);
    // A stream that may have B-frames keeps its picture back until there is another.
    if (jpeg === undefined) await decoder.decode(null, take);
  } finally {
    decoder.free();
  }
  return jpeg === undefined ? { ok: false, reason: 'failed' } : { ok: true, jpeg };
}

/** The largest and best that is small enough; undefined where none is. */
async function encodeFrame(codec: Codec, frame: Frame): Promise<Jpeg | undefined> {
  for (const side of SIDES) {
    const size = fitWithin(frame, side);
    const scaler = new PictureScaler(frame, size, AV_PIX_FMT_YUVJ420P);
    try {
      const bytes = await encodeScaled(codec, await scaler.scale(frame));
      if (bytes !== undefined) return { bytes, ...size };
    } finally {
      scaler.free();
    }
  }
  return undefined;
}

async function encodeScaled(codec: Codec, picture: Frame): Promise<Uint8Array | undefined> {
  const context = new CodecContext();
  const packet = new Packet();
  context.allocContext3(codec);
  packet.alloc();
  try {
    context.width = picture.width;
    context.height = picture.height;
    context.pixelFormat = AV_PIX_FMT_YUVJ420P;
    context.timeBase = new Rational(1, 1);
    context.setFlags(AV_CODEC_FLAG_QSCALE);
    context.globalQuality = FF_QP2LAMBDA;
    FFmpegError.throwIfError(await context.open2(codec), 'open the JPEG encoder');
    for (const [index, quantizer] of QUANTIZERS.entries()) {
      picture.quality = quantizer * FF_QP2LAMBDA;
      picture.pts = BigInt(index);
      FFmpegError.throwIfError(await context.sendFrame(picture), 'encode a JPEG');
      FFmpegError.throwIfError(await context.receivePacket(packet), 'encode a JPEG');
      const { data } = packet;
      // Copied: the packet's memory is the encoder's again after unref.
      const bytes = data === null || data.length > MAX_SNAPSHOT_BYTES ? undefined : Uint8Array.from(data);
      packet.unref();
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  } finally {
    packet.free();
    context.freeContext();
  }
}

/** In proportion, and never larger than it is. */
export function fitWithin({ width, height }: PictureSize, side: number): PictureSize {
  const scale = Math.min(1, side / Math.max(width, height));
  const scaled = (length: number) => Math.max(1, Math.round(length * scale));
  return { width: scaled(width), height: scaled(height) };
}
