/** JPEGs of keyframes, looked at by FFmpeg's own decoder. */
import { readTimeStrip, timeStripAge } from '@perch/protocol';
import { type AccessUnit, isKeyframe, splitAnnexB, type VideoFormat } from '@perch/rtp';
import { AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, FF_ENCODER_LIBX264 } from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, Packet, Rational } from 'node-av/lib';
import { describe, expect, test } from 'vitest';
import { allocateFrame } from '../src/adapters/av/allocate-frame.ts';
import { encodeJpeg, fitWithin } from '../src/adapters/av/jpeg-encoder.ts';
import { openX264 } from '../src/adapters/av/x264-encoder.ts';
import { decodeJpeg } from './support/decode-jpeg.ts';
import { FORMAT } from './support/fakes.ts';
import { PatternPainter } from './support/pattern-painter.ts';
import { recordedPictures } from './support/recorded-clip.ts';

const MAX_BYTES = 48 * 1024;

/** Nothing is harder to make small. */
async function noise(format: VideoFormat): Promise<AccessUnit> {
  const encoder = await openX264(format);
  const frame = allocateFrame(format);
  let state = 1;
  for (const plane of frame.data!) {
    for (let at = 0; at < (plane?.length ?? 0); at++) {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      plane[at] = state >>> 16;
    }
  }
  const unit = (await encoder.encode(frame, 0n, true))!;
  await encoder.close();
  frame.free();
  return unit;
}

/** Of an encoder that looks ahead, as many a camera in the network has: pictures are not shown in the order of their coding. */
async function keyframeOfBFrames(format: VideoFormat): Promise<AccessUnit> {
  const context = new CodecContext();
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264)!;
  context.allocContext3(codec);
  context.width = format.width;
  context.height = format.height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, 30);
  context.maxBFrames = 3;
  FFmpegError.throwIfError(await context.open2(codec), 'open');
  const frame = allocateFrame(format);
  const painter = new PatternPainter(format);
  for (let n = 0; n < 12; n++) {
    painter.paint(frame, n);
    frame.pts = BigInt(n);
    FFmpegError.throwIfError(await context.sendFrame(frame), 'encode');
  }
  await context.sendFrame(null);
  const packet = new Packet();
  packet.alloc();
  FFmpegError.throwIfError(await context.receivePacket(packet), 'encode');
  const nalUnits = splitAnnexB(Uint8Array.from(packet.data!));
  packet.free();
  frame.free();
  context.freeContext();
  return { nalUnits, keyframe: isKeyframe(nalUnits) };
}

async function jpegOf(unit: AccessUnit) {
  const outcome = await encodeJpeg(unit);
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.jpeg;
}

describe('a JPEG', () => {
  test.each([
    ['smaller', { width: 320, height: 240 }, { width: 320, height: 240 }],
    ['larger', { width: 1280, height: 720 }, { width: 640, height: 360 }],
    ['upright', { width: 720, height: 1280 }, { width: 360, height: 640 }],
  ])(
    '[SNAP3] of a picture that is %s is whole, in proportion and small, and its time strip can be read',
    async (_, from, to) => {
      const format = { ...FORMAT, ...from, bitsPerSecond: 2_000_000 };
      const [unit] = await recordedPictures({ format, count: 1 });
      const jpeg = await jpegOf(unit!);
      expect(jpeg).toMatchObject(to);
      expect(jpeg.bytes.length).toBeLessThanOrEqual(MAX_BYTES);
      expect(jpeg.bytes.length).toBeGreaterThan(4_000);
      expect([...jpeg.bytes.subarray(0, 3), ...jpeg.bytes.subarray(-2)]).toEqual([
        0xff, 0xd8, 0xff, 0xff, 0xd9,
      ]);
      const picture = await decodeJpeg(jpeg.bytes);
      expect(picture).toMatchObject({ ...to, format: AV_PIX_FMT_YUVJ420P });
      const strip = readTimeStrip(picture.width, picture.luma);
      expect(strip === undefined ? undefined : timeStripAge(strip, 1_700_000_000_000)).toBe(0);
    },
  );

  test('[SNAP3] of noise is coarser, until it fits', async () => {
    const unit = await noise({ ...FORMAT, width: 640, height: 480, bitsPerSecond: 40_000_000 });
    const jpeg = await jpegOf(unit);
    expect(jpeg.bytes.length).toBeLessThanOrEqual(MAX_BYTES);
    expect(await decodeJpeg(jpeg.bytes)).toMatchObject({ width: 320, height: 240 });
  });

  test('[SNAP3] is made of the keyframe alone where pictures are shown in another order than they are coded in', async () => {
    const unit = await keyframeOfBFrames({ ...FORMAT, width: 640, height: 360 });
    expect(unit.keyframe).toBe(true);
    const { width, height, luma } = await decodeJpeg((await jpegOf(unit)).bytes);
    expect([width, height]).toEqual([640, 360]);
    expect(timeStripAge(readTimeStrip(width, luma)!, 1_700_000_000_000)).toBe(0);
  });

  test('black and white are as far apart as JFIF has them', async () => {
    const format = { ...FORMAT, bitsPerSecond: 2_000_000 };
    const [unit] = await recordedPictures({ format, count: 1 });
    const { luma } = await decodeJpeg((await jpegOf(unit!)).bytes);
    // Cells 0 and 1 of the time strip: luma 235 and 16 of 16 to 235 there, 255 and 0 of 0 to 255 here.
    expect(luma(4, 4)).toBeGreaterThan(245);
    expect(luma(12, 4)).toBeLessThan(10);
  });

  test.each([
    ['nothing', []],
    ['broken bytes', [Uint8Array.of(0x65, 1, 2, 3)]],
    [
      'parameter sets alone',
      [Uint8Array.of(0x67, 0x42, 0xe0, 0x0d, 0xda), Uint8Array.of(0x68, 0xce, 0x3c, 0x80)],
    ],
  ])('[SNAP4] of %s is none', async (_, nalUnits) => {
    expect(await encodeJpeg({ nalUnits, keyframe: true })).toEqual({ ok: false, reason: 'failed' });
  });
});

test.each([
  [
    { width: 1920, height: 1080 },
    { width: 640, height: 360 },
  ],
  [
    { width: 1296, height: 972 },
    { width: 640, height: 480 },
  ],
  [
    { width: 100, height: 50 },
    { width: 100, height: 50 },
  ],
  [
    { width: 4000, height: 2 },
    { width: 640, height: 1 },
  ],
  [
    { width: 101, height: 51 },
    { width: 101, height: 51 },
  ],
])('%j fits as %j', (from, to) => {
  expect(fitWithin(from, 640)).toEqual(to);
});
