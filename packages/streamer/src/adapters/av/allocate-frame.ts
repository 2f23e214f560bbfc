import { AV_PIX_FMT_YUV420P, type AVPixelFormat } from 'node-av/constants';
import { FFmpegError, Frame } from 'node-av/lib';
import type { PictureSize } from '../../domain/video-source.ts';

/** A picture with memory of its own, yuv420p unless told otherwise. The caller frees it. */
export function allocateFrame(
  { width, height }: PictureSize,
  format: AVPixelFormat = AV_PIX_FMT_YUV420P,
): Frame {
  const frame = new Frame();
  frame.alloc();
  frame.format = format;
  frame.width = width;
  frame.height = height;
  FFmpegError.throwIfError(frame.getBuffer(0), 'allocate a picture');
  return frame;
}
