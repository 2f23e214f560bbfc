/** libx264, for real. */
import { NAL_UNIT_TYPE, nalUnitType, parseSps, type VideoFormat } from '@perch/rtp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { allocateFrame } from '../src/adapters/av/allocate-frame.ts';
import type { PictureEncoder } from '../src/adapters/av/picture-encoder.ts';
import { openX264 } from '../src/adapters/av/x264-encoder.ts';
import { COARSE_GRAIN_LUMA } from '../src/domain/test-pattern.ts';
import { FORMAT } from './support/fakes.ts';
import { PatternPainter } from './support/pattern-painter.ts';

const TICKS = BigInt(90_000 / FORMAT.framesPerSecond);

async function openEncoder(format: VideoFormat = FORMAT) {
  const encoder = await openX264(format);
  const frame = allocateFrame(format);
  const painter = new PatternPainter(format);
  onTestFinished(async () => {
    await encoder.close();
    frame.free();
  });
  return { encoder, frame, paint: (index: number) => painter.paint(frame, index) };
}

describe('the encoder', () => {
  test('one picture in is one picture out; the first is a keyframe with its parameter sets', async () => {
    const { encoder, frame, paint } = await openEncoder();
    for (let n = 0; n < 5; n++) {
      paint(n);
      const accessUnit = await encoder.encode(frame, TICKS * BigInt(n), false);
      expect(accessUnit?.keyframe).toBe(n === 0);
      const types = accessUnit?.nalUnits.map(nalUnitType) ?? [];
      if (n > 0) expect(types).not.toContain(NAL_UNIT_TYPE.sps);
      else expect(types).toEqual(expect.arrayContaining([NAL_UNIT_TYPE.sps, NAL_UNIT_TYPE.pps]));
    }
  });

  test('the stream is constrained baseline of the size that was asked for, in the lowest level', async () => {
    const { encoder, frame, paint } = await openEncoder();
    paint(0);
    const first = await encoder.encode(frame, 0n, true);
    const sps = parseSps(first!.nalUnits.find((unit) => nalUnitType(unit) === NAL_UNIT_TYPE.sps)!);
    expect(sps).toMatchObject({ width: 320, height: 240, profileIdc: 66, levelIdc: 13 });
    expect(sps!.constraintFlags & 0x40).toBe(0x40);
  });

  test('a keyframe comes when it is asked for', async () => {
    const { encoder, frame, paint } = await openEncoder();
    const keyframes: boolean[] = [];
    for (let n = 0; n < 6; n++) {
      paint(n);
      keyframes.push((await encoder.encode(frame, TICKS * BigInt(n), n === 3))?.keyframe ?? false);
    }
    expect(keyframes).toEqual([true, false, false, true, false, false]);
  });

  test('closed while it encodes, it finishes that picture and takes no more', async () => {
    const { encoder, frame, paint } = await openEncoder();
    paint(0);
    const encoding = encoder.encode(frame, 0n, true);
    const closed = Promise.all([encoder.close(), encoder.close()]);
    await expect(encoding).resolves.toSatisfy((unit) => unit === undefined || unit.keyframe === true);
    await closed;
    await expect(encoder.encode(frame, TICKS, false)).resolves.toBeUndefined();
  });

  test.each([
    ['larger than H.264', { width: 20_000, height: 20_000 }],
    ['faster than H.264', { framesPerSecond: 100_000 }],
    ['of an odd width', { width: 321 }],
    ['empty', { width: 0, height: 0 }],
  ])('a picture %s is refused with bad-format', async (_, change) => {
    await expect(openX264({ ...FORMAT, ...change })).rejects.toMatchObject({
      name: 'StreamerError',
      reason: 'bad-format',
      message: expect.stringContaining('--width'),
    });
  });
});

describe('the rate', () => {
  const HD: VideoFormat = { width: 1280, height: 720, framesPerSecond: 30, bitsPerSecond: 2_000_000 };

  /** Encodes grain; the bytes of each picture. */
  async function filmed(
    encoder: PictureEncoder,
    { from = 0, count = 60, keyframeAt = -1 },
  ): Promise<number[]> {
    const frame = allocateFrame(HD);
    const painter = new PatternPainter(HD, { grainLuma: COARSE_GRAIN_LUMA });
    const bytes: number[] = [];
    for (let n = from; n < from + count; n++) {
      painter.paint(frame, n);
      const unit = await encoder.encode(frame, BigInt(n * 3_000), n === keyframeAt);
      bytes.push(unit!.nalUnits.reduce((sum, { length }) => sum + length + 4, 0));
    }
    frame.free();
    return bytes;
  }

  const bitsPerSecond = (bytes: number[], picturesPerSecond = 30) =>
    (bytes.reduce((sum, length) => sum + length, 0) * 8 * picturesPerSecond) / bytes.length;

  test('follows what is set while it runs within a third of a second, down and up', async () => {
    const { encoder } = await openEncoder(HD);
    const before = await filmed(encoder, { count: 60 });
    encoder.setRate({ bitsPerSecond: 500_000, picturesPerSecond: 30 });
    const down = await filmed(encoder, { from: 60, count: 60 });
    encoder.setRate({ bitsPerSecond: 1_500_000, picturesPerSecond: 30 });
    const up = await filmed(encoder, { from: 120, count: 60 });
    for (const [bytes, wanted] of [
      [before, 2_000_000],
      [down, 500_000],
      [up, 1_500_000],
    ] as const) {
      const share = bitsPerSecond(bytes.slice(10)) / wanted;
      expect(share).toBeGreaterThan(0.85);
      expect(share).toBeLessThan(1.15);
    }
  });

  test('a keyframe is at most seven and a half ordinary pictures', async () => {
    const { encoder } = await openEncoder(HD);
    const bytes = await filmed(encoder, { count: 60, keyframeAt: 50 });
    expect(bytes[50]! / (HD.bitsPerSecond / 8 / 30)).toBeLessThan(7.5);
    expect(bytes[50]! / (HD.bitsPerSecond / 8 / 30)).toBeGreaterThan(1.5);
  });

  test('holds when the encoder is given every fourth picture only', async () => {
    const { encoder } = await openEncoder(HD);
    encoder.setRate({ bitsPerSecond: 500_000, picturesPerSecond: 7.5 });
    const bytes = await filmed(encoder, { count: 60 });
    expect(bitsPerSecond(bytes.slice(10), 7.5)).toBeGreaterThan(400_000);
    expect(bitsPerSecond(bytes.slice(10), 7.5)).toBeLessThan(600_000);
  });

  test('set after close, it is ignored', async () => {
    const { encoder } = await openEncoder();
    await encoder.close();
    encoder.setRate({ bitsPerSecond: 100_000, picturesPerSecond: 15 });
  });
});
