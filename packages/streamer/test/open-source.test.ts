import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { VideoFormat } from '@perch/rtp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UPRIGHT } from '../src/adapters/av/fit-filters.ts';
import { findCameraProgram, rpicamProgram } from '../src/adapters/camera/rpicam.ts';
import { resolveSource } from '../src/adapters/open-source.ts';
import type { VideoSource, VideoSourceEvents } from '../src/domain/video-source.ts';
import { FORMAT, ManualClock, memoryLog, silentLog } from './support/fakes.ts';
import { recordedClip } from './support/recorded-clip.ts';

const HD: VideoFormat = { width: 1280, height: 720, framesPerSecond: 30, bitsPerSecond: 2_000_000 };
const PLAIN = { encoder: 'auto', camera: UPRIGHT } as const;
const components = { clock: new ManualClock(), log: silentLog };

/** A folder of programs that is all of PATH, but for the system's own shell and tools. */
async function onPath(programs: Readonly<Record<string, string>>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'perch-path-'));
  const { PATH } = process.env;
  onTestFinished(async () => {
    if (PATH === undefined) delete process.env['PATH'];
    else process.env['PATH'] = PATH;
    await rm(folder, { recursive: true });
  });
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  process.env['PATH'] = [folder, '/usr/bin', '/bin'].join(delimiter);
}

const CAMERA_LIST = `Available cameras
-----------------
0 : imx708 [4608x2592 10-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx708@1a)
    Modes: 'SRGGB10_CSI2P' : 1536x864 [120.13 fps - (768, 432)/3072x1728 crop]`;

/** Answers --list-cameras and --help, and streams `stream` else. */
const camera = ({ list = CAMERA_LIST, help = '--low-latency --libav-format', stream = 'exit 1' } = {}) =>
  `case "$1" in
  --list-cameras) cat <<'END'\n${list}\nEND\n;;
  --help) echo '${help}';;
  *) ${stream};;
esac`;

describe('the text of --source', () => {
  test.each([
    '',
    'webcam',
    'TEST',
    'test:',
    'test:1',
    'auto:1',
    'rpicam:0',
    'exec',
    'exec:',
    'exec:  ',
    'file',
    'file:',
    ' test',
    'https://camera.example/',
    'rtsp:',
    'rtsp:///path',
    'v4l2:',
    'v4l2:video0',
    '__proto__',
  ])('%j is bad-source, and the error lists the forms', async (source) => {
    await expect(resolveSource(source, { ...PLAIN, format: FORMAT }, components)).rejects.toMatchObject({
      name: 'StreamerError',
      reason: 'bad-source',
      message: expect.stringContaining(
        'auto, rpicam, v4l2:DEVICE, rtsp://ADDRESS, test, test:grain, exec:COMMAND or file:PATH',
      ),
    });
  });

  test('test and file are opened only when they are asked to', async () => {
    await expect(resolveSource('test', { ...PLAIN, format: FORMAT }, components)).resolves.toBeTypeOf(
      'function',
    );
    const open = await resolveSource('file:/no/such:file', { ...PLAIN, format: FORMAT }, components);
    await expect(
      open({ isWanted: () => true, onPicture: () => {}, onEnded: () => {} }),
    ).rejects.toMatchObject({
      reason: 'source-failed',
      message: expect.stringContaining('/no/such:file'),
    });
  });

  test('the command after exec: is the shell’s, whatever it holds; its pictures come and its end is told', async () => {
    const open = await resolveSource(
      `exec:printf '\\0\\0\\0\\1\\147\\102\\0\\0\\0\\1\\150\\1\\0\\0\\0\\1\\145\\232\\1' | cat; exit 4`,
      { ...PLAIN, format: FORMAT },
      { ...components, clock: new ManualClock() },
    );
    let source: VideoSource | undefined;
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      const events: VideoSourceEvents = {
        isWanted: () => true,
        onPicture: ({ accessUnit }) => seen.push(accessUnit.keyframe),
        onEnded: (reason) => {
          seen.push(reason);
          resolve();
        },
      };
      void open(events).then((opened) => {
        source = opened;
      });
    });
    await source?.close();
    expect(seen).toEqual([true, 'sh ended with exit code 4']);
    expect(source?.main.forcesKeyframes).toBe(false);
  });
});

describe('a program', () => {
  test('that hangs has ended after ten seconds, and is gone after close', async () => {
    const clock = new ManualClock();
    const open = await resolveSource(
      'exec:exec sleep 1000',
      { ...PLAIN, format: FORMAT },
      { clock, log: silentLog },
    );
    const ends: string[] = [];
    const source = await open({
      isWanted: () => true,
      onPicture: () => {},
      onEnded: (reason) => ends.push(reason),
    });
    clock.advance(9_900);
    expect(ends).toEqual([]);
    clock.advance(100);
    expect(ends).toEqual(['no picture for 10 s']);
    await source.close();
    expect([ends.length, clock.timers.size]).toEqual([1, 0]);
  });

  test('knows the size of its picture from the first keyframe', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'perch-clip-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'clip.h264');
    await writeFile(path, await recordedClip({ count: 2 }));
    const open = await resolveSource(
      `exec:cat '${path}'; exec sleep 1000`,
      { ...PLAIN, format: HD },
      { ...components, clock: new ManualClock() },
    );
    let onFirst: () => void = () => undefined;
    const first = new Promise<void>((resolve) => {
      onFirst = resolve;
    });
    const source = await open({ isWanted: () => true, onPicture: () => onFirst(), onEnded: () => {} });
    expect(source.size).toBeUndefined();
    await first;
    expect(source.size).toEqual({ width: FORMAT.width, height: FORMAT.height });
    await source.close();
  });

  test('has a main layer of a fixed rate, and a low one that can be made of it', async () => {
    const open = await resolveSource(
      'exec:exec sleep 1000',
      { ...PLAIN, format: HD },
      { ...components, clock: new ManualClock() },
    );
    const source = await open({ isWanted: () => true, onPicture: () => {}, onEnded: () => {} });
    expect(source.main).toMatchObject({ lowestBitsPerSecond: 2_000_000, highestBitsPerSecond: 2_000_000 });
    expect(source.low).toMatchObject({ lowestBitsPerSecond: 100_000, highestBitsPerSecond: 1_000_000 });
    await source.close();
  });
});

describe('looking for a camera', () => {
  test.each(['auto', 'rpicam'])(
    '%s without one says what was looked for and how to choose',
    async (source) => {
      await onPath({});
      const failure = resolveSource(source, { ...PLAIN, format: FORMAT }, components);
      await expect(failure).rejects.toMatchObject({ name: 'StreamerError', reason: 'no-camera' });
      await expect(failure).rejects.toThrow(
        'no camera found: rpicam-vid is not on PATH; libcamera-vid is not on PATH. Choose another source with --source: v4l2:/dev/video0, rtsp://ADDRESS, test, exec:COMMAND or file:PATH',
      );
    },
  );

  test('a program that lists none, and one that fails, are told apart', async () => {
    await onPath({ 'rpicam-vid': camera({ list: 'No cameras available!' }), 'libcamera-vid': 'exit 1' });
    expect(await findCameraProgram()).toEqual({
      missing:
        'rpicam-vid lists no camera (check the ribbon cable); libcamera-vid failed to list its cameras',
    });
  });

  test('the newer program is taken first, the older one where it is the only one with a camera', async () => {
    await onPath({ 'rpicam-vid': camera({ help: 'new' }), 'libcamera-vid': camera({ help: 'old' }) });
    expect(await findCameraProgram()).toEqual({
      found: { command: 'rpicam-vid', help: 'new\n' },
      cameras: ['imx708 [4608x2592 10-bit RGGB]'],
    });
    await onPath({ 'rpicam-vid': camera({ list: 'No cameras available!' }), 'libcamera-vid': camera() });
    expect(await findCameraProgram()).toMatchObject({ found: { command: 'libcamera-vid' } });
  });

  test('the camera that auto found is streamed with our flags, and said in the log', async () => {
    await onPath({ 'rpicam-vid': camera({ stream: 'echo "$@" >&2; exit 1' }) });
    const { log, lines } = memoryLog();
    const open = await resolveSource('auto', { ...PLAIN, format: HD }, { ...components, log });
    let source: VideoSource | undefined;
    const reason = await new Promise<string>((resolve) => {
      void open({ isWanted: () => true, onPicture: () => {}, onEnded: resolve }).then((opened) => {
        source = opened;
      });
    });
    await source?.close();
    expect(reason).toBe('rpicam-vid ended with exit code 1');
    expect(lines.find(({ msg }) => msg === 'using the Raspberry Pi camera')).toMatchObject({
      program: 'rpicam-vid',
    });
    await expect
      .poll(() => lines.find(({ msg }) => msg === 'camera program says')?.['line'])
      .toBe(
        rpicamProgram({ command: 'rpicam-vid', help: '--low-latency --libav-format' }, HD, UPRIGHT).args.join(
          ' ',
        ),
      );
  });
});

describe('the flags of rpicam-vid', () => {
  const newest = { command: 'rpicam-vid', help: '  --low-latency arg\n  --libav-format arg' };

  test('byte for byte', () => {
    const { command, args } = rpicamProgram(newest, HD, UPRIGHT);
    expect([command, ...args].join(' ')).toBe(
      'rpicam-vid --width 1280 --height 720 --framerate 30 --codec h264 --profile baseline --level 4 ' +
        '--bitrate 2000000 --intra 60 --inline --flush --nopreview -t 0 -o - --low-latency --libav-format h264',
    );
  });

  test('an older program is not given options that it does not know', () => {
    const { command, args } = rpicamProgram({ command: 'libcamera-vid', help: '  --level arg' }, HD, UPRIGHT);
    expect([command, ...args].join(' ')).toBe(
      'libcamera-vid --width 1280 --height 720 --framerate 30 --codec h264 --profile baseline --level 4 ' +
        '--bitrate 2000000 --intra 60 --inline --flush --nopreview -t 0 -o -',
    );
  });

  test.each([
    [640, 480, 30, 1_000_000, '4'],
    [1920, 1080, 30, 4_000_000, '4'],
    [1920, 1080, 30, 25_000_000, '4.1'],
  ])('%d x %d at %d and %d bit/s is level %5$s', (width, height, framesPerSecond, bitsPerSecond, level) => {
    const { args } = rpicamProgram(newest, { width, height, framesPerSecond, bitsPerSecond }, UPRIGHT);
    expect(args[args.indexOf('--level') + 1]).toBe(level);
  });

  test.each([
    [1920, 1080, 60],
    [3840, 2160, 30],
    [100_000, 100_000, 30],
  ])(
    '%d x %d at %d is more than the camera takes, and the error says what it takes',
    (width, height, fps) => {
      const format = { width, height, framesPerSecond: fps, bitsPerSecond: 2_000_000 };
      expect(() => rpicamProgram(newest, format, UPRIGHT)).toThrow(
        expect.objectContaining({
          reason: 'bad-format',
          message: `the camera can't encode ${width}x${height} at ${fps}; 1920x1080 at 30 is the most it takes`,
        }),
      );
    },
  );
});
