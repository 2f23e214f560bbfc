/** H.264 of the test pattern, as coded pictures or as a file's bytes. */
import type { AccessUnit, VideoFormat } from '@perch/rtp';
import { allocateFrame } from '../../src/adapters/av/allocate-frame.ts';
import { openX264 } from '../../src/adapters/av/x264-encoder.ts';
import { FORMAT } from './fakes.ts';
import { PatternPainter } from './pattern-painter.ts';

interface Clip {
  readonly format?: VideoFormat;
  readonly count: number;
  /** The first picture is a keyframe, and each that comes so many pictures after one. */
  readonly keyframeEvery?: number;
}

export async function recordedPictures({
  format = FORMAT,
  count,
  keyframeEvery = count,
}: Clip): Promise<AccessUnit[]> {
  const encoder = await openX264(format);
  const frame = allocateFrame(format);
  const painter = new PatternPainter(format);
  const pictures: AccessUnit[] = [];
  for (let n = 0; n < count; n++) {
    painter.paint(frame, n);
    const pts = BigInt(Math.round((n * 90_000) / format.framesPerSecond));
    pictures.push((await encoder.encode(frame, pts, n % keyframeEvery === 0))!);
  }
  await encoder.close();
  frame.free();
  return pictures;
}

export function annexB({ nalUnits }: AccessUnit): Buffer {
  return Buffer.concat(nalUnits.flatMap((nalUnit) => [Uint8Array.of(0, 0, 0, 1), nalUnit]));
}

export async function recordedClip(clip: Clip): Promise<Buffer> {
  return Buffer.concat((await recordedPictures(clip)).map(annexB));
}
