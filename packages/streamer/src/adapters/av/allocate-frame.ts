import { AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { FFmpegError, Frame } from 'node-av/lib';

/** A yuv420p picture with memory of its own. The caller frees it. */
export function allocateFrame({ width, height }: { readonly width: number; readonly height: number }): Frame {
  const frame = new Frame();
  frame.alloc();
  frame.format = AV_PIX_FMT_YUV420P;
  frame.width = width;
  frame.height = height;
  FFmpegError.throwIfError(frame.getBuffer(0), 'allocate a picture');
  return frame;
}
