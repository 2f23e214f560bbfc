/** libx264 and FFmpeg's file reader, for real. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAL_UNIT_TYPE, nalUnitType, parseSps, type VideoFormat } from '@perch/rtp';
import type { Frame } from 'node-av/lib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EncodedSource } from '../src/adapters/av/encoded-source.ts';
import { filePictures } from '../src/adapters/av/file-pictures.ts';
import { allocateFrame, H264Encoder } from '../src/adapters/av/h264-encoder.ts';
import { testPictures } from '../src/adapters/av/test-pictures.ts';
import { type PicturePlanes, TestPattern } from '../src/domain/test-pattern.ts';
import type { CodedPicture } from '../src/domain/video-source.ts';
import { FORMAT, settle } from './support/fakes.ts';

const TICKS = BigInt(90_000 / FORMAT.framesPerSecond);

async function openEncoder(format: VideoFormat = FORMAT) {
  const encoder = await H264Encoder.open(format);
  const frame = allocateFrame(format);
  onTestFinished(async () => {
    await encoder.close();
    frame.free();
  });
  return { encoder, frame };
}

function paint(frame: Frame, index: number) {
  frame.makeWritable();
  const planes = { data: frame.data, strides: frame.linesize } as unknown as PicturePlanes;
  new TestPattern(FORMAT).paint(planes, 1_700_000_000_000 + index * 67, index);
}

/** Collects a source's pictures and lets a test wait for them. */
function collector() {
  const pictures: CodedPicture[] = [];
  const ends: string[] = [];
  let wake: () => void = () => {};
  return {
    pictures,
    ends,
    events: {
      onPicture: (picture: CodedPicture) => {
        pictures.push(picture);
        wake();
      },
      onEnded: (reason: string) => {
        ends.push(reason);
        wake();
      },
    },
    async until(holds: () => boolean) {
      while (!holds()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'perch-video-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe('the encoder', () => {
  test('one picture in is one picture out; the first is a keyframe with its parameter sets', async () => {
    const { encoder, frame } = await openEncoder();
    for (let n = 0; n < 5; n++) {
      paint(frame, n);
      const accessUnit = await encoder.encode(frame, TICKS * BigInt(n), false);
      expect(accessUnit?.keyframe).toBe(n === 0);
      const types = accessUnit?.nalUnits.map(nalUnitType) ?? [];
      if (n > 0) expect(types).not.toContain(NAL_UNIT_TYPE.sps);
      else expect(types).toEqual(expect.arrayContaining([NAL_UNIT_TYPE.sps, NAL_UNIT_TYPE.pps]));
    }
  });

  test('the stream is constrained baseline of the size that was asked for, in the lowest level', async () => {
    const { encoder, frame } = await openEncoder();
    paint(frame, 0);
    const first = await encoder.encode(frame, 0n, true);
    const sps = parseSps(first!.nalUnits.find((unit) => nalUnitType(unit) === NAL_UNIT_TYPE.sps)!);
    expect(sps).toMatchObject({ width: 320, height: 240, profileIdc: 66, levelIdc: 13 });
    expect(sps!.constraintFlags & 0x40).toBe(0x40);
  });

  test('a keyframe comes when it is asked for', async () => {
    const { encoder, frame } = await openEncoder();
    const keyframes: boolean[] = [];
    for (let n = 0; n < 6; n++) {
      paint(frame, n);
      keyframes.push((await encoder.encode(frame, TICKS * BigInt(n), n === 3))?.keyframe ?? false);
    }
    expect(keyframes).toEqual([true, false, false, true, false, false]);
  });

  test('closed while it encodes, it finishes that picture and takes no more', async () => {
    const { encoder, frame } = await openEncoder();
    paint(frame, 0);
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
    await expect(H264Encoder.open({ ...FORMAT, ...change })).rejects.toMatchObject({
      name: 'StreamerError',
      reason: 'bad-format',
      message: expect.stringContaining('--width'),
    });
  });
});

describe('the test source', () => {
  test('gives pictures, the first a keyframe, and a keyframe when asked; close ends it', async () => {
    const collected = collector();
    const source = await EncodedSource.open(
      { ...FORMAT, framesPerSecond: 120 },
      testPictures,
      collected.events,
    );
    expect(source.main.forcesKeyframes).toBe(true);
    await collected.until(() => collected.pictures.length >= 3);
    expect(collected.pictures.slice(0, 3).map(({ accessUnit }) => accessUnit.keyframe)).toEqual([
      true,
      false,
      false,
    ]);
    const before = collected.pictures.length;
    source.main.requestKeyframe();
    await collected.until(() =>
      collected.pictures.slice(before).some(({ accessUnit }) => accessUnit.keyframe),
    );
    await Promise.all([source.close(), source.close()]);
    const after = collected.pictures.length;
    await settle();
    expect(collected.pictures).toHaveLength(after);
    expect(collected.ends).toEqual([]);
  });

  test('the moments of capture grow', async () => {
    const collected = collector();
    const source = await EncodedSource.open(
      { ...FORMAT, framesPerSecond: 120 },
      testPictures,
      collected.events,
    );
    await collected.until(() => collected.pictures.length >= 5);
    await source.close();
    const moments = collected.pictures.map(({ capturedMs }) => capturedMs);
    expect(moments).toEqual([...moments].sort((a, b) => a - b));
    expect(new Set(moments).size).toBe(moments.length);
  });

  test('pictures that end, or fail, are told once with the reason', async () => {
    for (const fails of [false, true]) {
      const collected = collector();
      const open = (format: VideoFormat) =>
        async function* () {
          const frame = allocateFrame(format);
          try {
            yield { frame, capturedMs: 1 };
            await settle();
            if (fails) throw new Error('the disk is gone');
          } finally {
            frame.free();
          }
        };
      const source = await EncodedSource.open(FORMAT, open as typeof testPictures, collected.events);
      await collected.until(() => collected.ends.length > 0);
      await source.close();
      expect(collected.pictures).toHaveLength(1);
      expect(collected.ends).toEqual([fails ? 'the disk is gone' : 'the pictures ended']);
    }
  });
});

describe('the file source', () => {
  const open = (path: string, format: VideoFormat, events = collector().events) =>
    EncodedSource.open(format, (wanted) => filePictures(path, wanted), events);

  test.each(["we'ird: na,me[1];.h264", '100% \\ ünï=code @x.h264'])(
    '%s is played, again and again',
    async (name) => {
      const { encoder, frame } = await openEncoder();
      const bytes: Uint8Array[] = [];
      for (let n = 0; n < 4; n++) {
        paint(frame, n);
        const accessUnit = await encoder.encode(frame, TICKS * BigInt(n), n === 0);
        for (const unit of accessUnit!.nalUnits) bytes.push(Uint8Array.of(0, 0, 0, 1), unit);
      }
      const path = join(await temporaryFolder(), name);
      await writeFile(path, Buffer.concat(bytes));

      const collected = collector();
      const wanted = { ...FORMAT, width: 160, height: 120, framesPerSecond: 60 };
      const source = await open(path, wanted, collected.events);
      await collected.until(() => collected.pictures.length >= 30 || collected.ends.length > 0);
      await source.close();
      expect(collected.ends).toEqual([]);
      const sps = collected.pictures[0]!.accessUnit.nalUnits.find(
        (unit) => nalUnitType(unit) === NAL_UNIT_TYPE.sps,
      );
      expect(parseSps(sps!)).toMatchObject({ width: 160, height: 120 });
    },
  );

  test('one that is not there, is no video or is a folder is source-failed, and named', async () => {
    const folder = await temporaryFolder();
    const noise = join(folder, 'noise.mp4');
    await writeFile(
      noise,
      Uint8Array.from({ length: 5_000 }, (_, n) => (n * n * 31 + n * 7) >> 3),
    );
    for (const path of [join(folder, 'missing.mp4'), noise, folder]) {
      await expect(open(path, FORMAT)).rejects.toMatchObject({
        name: 'StreamerError',
        reason: 'source-failed',
        message: expect.stringContaining(path),
      });
    }
  });
});
