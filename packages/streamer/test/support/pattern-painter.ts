/** Paints the test pattern into a picture, for what needs raw pictures. */
import type { VideoFormat } from '@perch/rtp';
import type { Frame } from 'node-av/lib';
import { type PicturePlanes, TestPattern, type TestPatternOptions } from '../../src/domain/test-pattern.ts';

export class PatternPainter {
  readonly #pattern: TestPattern;

  constructor(format: VideoFormat, options: TestPatternOptions = {}) {
    this.#pattern = new TestPattern(format, options);
  }

  paint(frame: Frame, index: number): void {
    frame.makeWritable();
    const planes = { data: frame.data, strides: frame.linesize } as unknown as PicturePlanes;
    this.#pattern.paint(planes, 1_700_000_000_000 + index * 67, index);
  }
}
