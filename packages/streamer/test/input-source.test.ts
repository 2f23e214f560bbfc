/** Cameras that FFmpeg reads: a real RTSP client against a small camera of our own, and a device of FFmpeg's. */
import { NAL_UNIT_TYPE, nalUnitType, parseSps } from '@perch/rtp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UPRIGHT } from '../src/adapters/av/fit-filters.ts';
import { openInputSource } from '../src/adapters/av/input-source.ts';
import { openRtsp, rtspAddress } from '../src/adapters/av/rtsp-input.ts';
import { openFirst, v4l2Addresses } from '../src/adapters/av/v4l2-input.ts';
import type { VideoInput } from '../src/adapters/av/video-input.ts';
import type { SourceOptions } from '../src/adapters/source-options.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import type { CodedPicture } from '../src/domain/video-source.ts';
import { FORMAT, ManualClock, memoryLog } from './support/fakes.ts';
import { PictureCollector } from './support/picture-collector.ts';
import { recordedPictures } from './support/recorded-clip.ts';
import { RtspCamera } from './support/rtsp-camera.ts';

const SENT = { ...FORMAT, width: 480, height: 360, framesPerSecond: 30 };

async function startCamera(credentials?: string) {
  const pictures = await recordedPictures({ format: SENT, count: 10 });
  const camera = await RtspCamera.listen({
    pictures,
    framesPerSecond: SENT.framesPerSecond,
    ...(credentials === undefined ? {} : { credentials }),
  });
  onTestFinished(() => camera.close());
  return camera;
}

async function openSource(input: VideoInput, options: Partial<SourceOptions> = {}, clock = systemClock) {
  const collected = new PictureCollector();
  const { log, lines } = memoryLog();
  const source = await openInputSource(
    input,
    { format: FORMAT, encoder: 'auto', camera: UPRIGHT, ...options },
    { clock, log },
    collected.events,
  );
  onTestFinished(() => source.close());
  source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
  return { collected, lines, source };
}

function sizeOf({ accessUnit }: CodedPicture) {
  const sps = accessUnit.nalUnits.find((unit) => nalUnitType(unit) === NAL_UNIT_TYPE.sps);
  const { width, height } = parseSps(sps!)!;
  return `${width}x${height}`;
}

const keyframe = (pictures: CodedPicture[]) => pictures.find(({ accessUnit }) => accessUnit.keyframe);

describe('a camera in the network', () => {
  test('that sends H.264 without B-frames is passed on as it is', async () => {
    const camera = await startCamera();
    const input = await openRtsp(`rtsp://127.0.0.1:${camera.port}/live`);
    const { collected, lines, source } = await openSource(input);
    await collected.until(() => collected.pictures.length > 12);
    expect(sizeOf(keyframe(collected.pictures)!)).toBe('480x360');
    expect(source.size).toEqual({ width: 480, height: 360 });
    expect(source.main.forcesKeyframes).toBe(false);
    expect(source.main.lowestBitsPerSecond).toBe(source.main.highestBitsPerSecond);
    expect(lines).toEqual([expect.objectContaining({ msg: 'encoder chosen', encoder: 'copy' })]);
    source.low!.setBitsPerSecond(200_000);
    await collected.until(() => collected.of('low').length > 0);
    expect(sizeOf(collected.of('low')[0]!)).toBe('240x180');
  });

  test.each([
    [{ encoder: 'x264' as const }, '--encoder x264'],
    [{ camera: { ...UPRIGHT, hflip: true } }, 'the picture is to be turned or mirrored'],
  ])('is encoded again in our size where %j asks for it', async (options, because) => {
    const camera = await startCamera();
    const { collected, lines, source } = await openSource(
      await openRtsp(`rtsp://127.0.0.1:${camera.port}/live`),
      options,
    );
    await collected.until(() => collected.pictures.length > 3);
    expect(sizeOf(collected.pictures[0]!)).toBe('320x240');
    expect(source.main.forcesKeyframes).toBe(true);
    expect(lines).toEqual([expect.objectContaining({ because })]);
  });

  test('is told its password, which no error shows', async () => {
    const camera = await startCamera('me:secret');
    const input = await openRtsp(`rtsp://me:secret@127.0.0.1:${camera.port}/live`);
    const { collected } = await openSource(input);
    await collected.until(() => collected.pictures.length > 0);
    const refused = openRtsp(`rtsp://me:wrong@127.0.0.1:${camera.port}/live?key=k`);
    await expect(refused).rejects.toMatchObject({
      reason: 'source-failed',
      message: `can't open the camera at 127.0.0.1:${camera.port} (Server returned 401 Unauthorized (authorization failed)); check the address, with user and password, in a player such as VLC`,
    });
  });

  test('that loses the connection has ended', async () => {
    const camera = await startCamera();
    const input = await openRtsp(`rtsp://me:secret@127.0.0.1:${camera.port}/live`);
    const { collected } = await openSource(input);
    await collected.until(() => collected.pictures.length > 0);
    camera.drop();
    await collected.until(() => collected.ends.length > 0);
    expect(collected.ends[0]).toContain(`the camera at 127.0.0.1:${camera.port}`);
    expect(collected.ends[0]).not.toContain('secret');
  });

  test.each(['copy', 'x264'] as const)('that falls silent has ended; encoder %s', async (encoder) => {
    const camera = await startCamera();
    const clock = new ManualClock();
    const input = await openRtsp(`rtsp://127.0.0.1:${camera.port}/live`);
    const { collected, source } = await openSource(input, { encoder }, clock);
    await collected.until(() => collected.pictures.length > 0);
    camera.hang();
    clock.advance(20_000);
    expect(collected.ends).toEqual(['no picture for 5 s']);
    // A read is under way that nothing will answer.
    await source.close();
  });

  test('that is not there is source-failed', async () => {
    await expect(openRtsp('rtsp://127.0.0.1:1/live')).rejects.toMatchObject({
      reason: 'source-failed',
      message: expect.stringContaining("can't open the camera at 127.0.0.1:1"),
    });
  });

  test.each([
    ['rtsp://me:p@ss@camera.lan:554/1?token=t', 'the camera at camera.lan:554'],
    ['rtsps://camera.lan/1', 'the camera at camera.lan'],
    ['rtsp://[fe80::1]:554', 'the camera at [fe80::1]:554'],
    ['rtsp://me:pass/word@camera.lan/1', 'the camera at that address'],
  ])('%s is called %s', (url, name) => {
    expect(rtspAddress(url).name).toBe(name);
  });
});

describe('a USB camera', () => {
  /** What FFmpeg has instead of a camera. */
  const device = (pixels: string) => ({
    url: `testsrc2=size=640x480:rate=30,format=${pixels},realtime`,
    format: 'lavfi',
    options: {},
    polled: true,
    name: '/dev/video9',
    remedy: 'plug it in',
  });

  test('is asked for H.264, then JPEG, then what it likes, in the picture’s size and rate', () => {
    const addresses = v4l2Addresses('/dev/video0', FORMAT);
    const size = { video_size: '320x240', framerate: '15' };
    expect(addresses.map(({ options }) => options)).toEqual([
      { ...size, input_format: 'h264' },
      { ...size, input_format: 'mjpeg' },
      size,
    ]);
    expect(addresses[0]).toMatchObject({ url: '/dev/video0', format: 'v4l2', polled: true });
  });

  test.each(['yuyv422', 'yuvj422p', 'nv12'])('that gives %s is encoded in our size', async (pixels) => {
    const { collected, lines } = await openSource(await openFirst([device(pixels)]));
    await collected.until(() => collected.pictures.length > 2);
    expect(sizeOf(collected.pictures[0]!)).toBe('320x240');
    expect(lines).toEqual([expect.objectContaining({ because: 'the camera sends no H.264' })]);
  });

  test('that does not take the first way is asked in the next one', async () => {
    const input = await openFirst([{ ...device('gray'), url: 'no such filter' }, device('gray')]);
    await input.close();
    await input.close();
  });

  test('--encoder copy of one without H.264 is refused, with the next step', async () => {
    await expect(openSource(await openFirst([device('gray')]), { encoder: 'copy' })).rejects.toThrow(
      "--encoder copy can't be: the camera sends no H.264; choose --encoder x264",
    );
  });

  test('that is not there is source-failed, and named', async () => {
    await expect(openFirst(v4l2Addresses('/dev/no-video', FORMAT))).rejects.toMatchObject({
      reason: 'source-failed',
      message:
        'can\'t open /dev/no-video (No such file or directory); "perch stream --list" shows the cameras',
    });
  });
});
