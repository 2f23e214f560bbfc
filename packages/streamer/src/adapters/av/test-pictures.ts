/** The test source: paints the test pattern at each tick of the frame rate, and skips ticks that it is late for. */
import type { VideoFormat } from '@perch/rtp';
import { FFmpegError } from 'node-av/lib';
import { type PicturePlanes, TestPattern } from '../../domain/test-pattern.ts';
import type { RawPictures } from './encoded-source.ts';
import { allocateFrame } from './h264-encoder.ts';
import { sleepUntil } from './sleep-until.ts';

export function testPictures(format: VideoFormat): RawPictures {
  return async function* (signal) {
    const pattern = new TestPattern(format);
    const intervalMs = 1000 / format.framesPerSecond;
    const startMs = performance.now();
    const frame = allocateFrame(format);
    try {
      for (let tick = 0; await sleepUntil(startMs + tick * intervalMs, signal); ) {
        FFmpegError.throwIfError(frame.makeWritable(), 'paint a picture');
        const capturedMs = performance.now();
        const planes: PicturePlanes = {
          data: frame.data as unknown as PicturePlanes['data'],
          strides: frame.linesize as unknown as PicturePlanes['strides'],
        };
        pattern.paint(planes, Date.now(), tick);
        yield { frame, capturedMs };
        tick = Math.max(tick + 1, Math.ceil((performance.now() - startMs) / intervalMs));
      }
    } finally {
      frame.free();
    }
  };
}
