/** A JPEG as FFmpeg's decoder sees it. */
import { AV_CODEC_ID_MJPEG } from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, Frame, Packet } from 'node-av/lib';

export interface DecodedJpeg {
  readonly width: number;
  readonly height: number;
  readonly format: number;
  readonly luma: (x: number, y: number) => number;
}

export async function decodeJpeg(bytes: Uint8Array): Promise<DecodedJpeg> {
  const codec = Codec.findDecoder(AV_CODEC_ID_MJPEG)!;
  const context = new CodecContext();
  const packet = new Packet();
  const frame = new Frame();
  context.allocContext3(codec);
  packet.alloc();
  frame.alloc();
  FFmpegError.throwIfError(await context.open2(codec), 'open');
  packet.data = Buffer.from(bytes);
  FFmpegError.throwIfError(await context.sendPacket(packet), 'decode');
  FFmpegError.throwIfError(await context.receiveFrame(frame), 'decode');
  const plane = Uint8Array.from(frame.data![0]!);
  const [stride] = frame.linesize;
  const { width, height, format } = frame;
  context.freeContext();
  packet.free();
  frame.free();
  return { width, height, format, luma: (x, y) => plane[y * stride! + x]! };
}
