/** The test source: paints the test pattern at each tick of the frame rate, and skips ticks that it is late for. */
import type { VideoFormat } from '@perch/rtp';
import { FFmpegError } from 'node-av/lib';
import { type PicturePlanes, TestPattern, type TestPatternOptions } from '../../domain/test-pattern.ts';
import { allocateFrame } from './allocate-frame.ts';
import type { RawPictures } from './raw-picture.ts';
import { sleepUntil } from './sleep-until.ts';

export function testPictures(format: VideoFormat, options: TestPatternOptions = {}): RawPictures {
  return async function* (signal) {
    const pattern = new TestPattern(format, options);
    const intervalMs = 1000 / format.framesPerSecond;
    const startMs = performance.now();
    // Two that take turns: the one painted before may still be held, to be encoded again.
    const frames = [allocateFrame(format), allocateFrame(format)] as const;
    try {
      for (let tick = 0, count = 0; await sleepUntil(startMs + tick * intervalMs, signal); count++) {
        const frame = frames[count % 2 === 0 ? 0 : 1];
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
      for (const frame of frames) frame.free();
    }
  };
}
