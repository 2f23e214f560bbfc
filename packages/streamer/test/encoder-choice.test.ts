import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UPRIGHT } from '../src/adapters/av/fit-filters.ts';
import { chooseEncoder } from '../src/adapters/encoder-choice.ts';
import { hasH264Hardware, readPiModel } from '../src/adapters/pi-model.ts';
import { refuseCameraSettings, type SourceKind } from '../src/adapters/source-options.ts';

const PI_4 = 'Raspberry Pi 4 Model B Rev 1.5';
const PI_5 = 'Raspberry Pi 5 Model B Rev 1.0';

describe('by itself', () => {
  test.each([
    ['rpicam', PI_4, 'rpicam'],
    ['rpicam', 'Raspberry Pi Zero 2 W Rev 1.0', 'rpicam'],
    ['rpicam', undefined, 'rpicam'],
    ['rpicam', PI_5, 'x264'],
    ['program', PI_5, 'copy'],
    ['raw', PI_4, 'x264'],
    ['camera', PI_4, 'auto'],
  ] as const)('%s on %s is encoded by %s', (kind, model, encoder) => {
    expect(chooseEncoder({ kind, name: kind }, 'auto', model).encoder).toBe(encoder);
  });

  test('says why', () => {
    expect(chooseEncoder({ kind: 'rpicam', name: 'auto' }, 'auto', PI_5).because).toBe(
      "Raspberry Pi 5 Model B Rev 1.0 has no H.264 hardware, and x264 follows each viewer's path",
    );
  });
});

describe('as asked for', () => {
  test.each([
    ['rpicam', 'x264'],
    ['rpicam', 'v4l2m2m'],
    ['camera', 'copy'],
    ['raw', 'v4l2m2m'],
  ] as const)('%s with %s', (kind, encoder) => {
    expect(chooseEncoder({ kind, name: kind }, encoder, PI_4)).toEqual({
      encoder,
      because: `--encoder ${encoder}`,
    });
  });

  test.each([
    ['program', 'exec:', 'x264', '--encoder x264 does not go with --source exec:; choose auto, copy'],
    ['raw', 'test', 'copy', '--encoder copy does not go with --source test; choose auto, v4l2m2m, x264'],
    [
      'camera',
      'rtsp',
      'rpicam',
      '--encoder rpicam does not go with --source rtsp; choose auto, copy, v4l2m2m, x264',
    ],
  ] as const)('%s (%s) with %s is refused with what can be chosen', (kind, name, encoder, message) => {
    expect(() => chooseEncoder({ kind, name }, encoder, PI_4)).toThrow(
      expect.objectContaining({ reason: 'bad-source', message }),
    );
  });

  test('hardware that a Pi 5 has not is refused', () => {
    expect(() => chooseEncoder({ kind: 'raw', name: 'test' }, 'v4l2m2m', PI_5)).toThrow(
      'Raspberry Pi 5 Model B Rev 1.0 has no H.264 hardware; choose --encoder x264',
    );
  });
});

describe('the model', () => {
  test.each([
    [PI_4, true],
    ['Raspberry Pi Zero 2 W Rev 1.0', true],
    ['Raspberry Pi Compute Module 4 Rev 1.1', true],
    ['Raspberry Pi 400 Rev 1.0', true],
    [PI_5, false],
    ['Raspberry Pi 500 Rev 1.0', false],
    ['Raspberry Pi Compute Module 5 Rev 1.0', false],
    ['Radxa ROCK 5B', undefined],
    [undefined, undefined],
  ])('%s has H.264 hardware: %s', (model, expected) => {
    expect(hasH264Hardware(model)).toBe(expected);
  });

  test('is read without the zero byte that the kernel ends it with', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'perch-model-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'model'), `${PI_4}\0`);
    expect(await readPiModel(join(folder, 'model'))).toBe(PI_4);
    expect(await readPiModel(join(folder, 'none'))).toBeUndefined();
  });
});

describe('settings of the camera', () => {
  const all = {
    rotation: 180,
    hflip: true,
    vflip: true,
    autofocusMode: 'manual',
    exposure: 'sport',
    awb: 'daylight',
    rpicamArgs: ['--sharpness', '2'],
  } as const;

  test.each([
    ['program', 'exec', '--rotation, --hflip, --vflip, --autofocus-mode, --exposure, --awb, --rpicam-args'],
    ['raw', 'test', '--rotation, --hflip, --vflip, --autofocus-mode, --exposure, --awb, --rpicam-args'],
    ['raw', 'file', '--autofocus-mode, --exposure, --awb, --rpicam-args'],
    ['camera', 'v4l2', '--autofocus-mode, --exposure, --awb, --rpicam-args'],
  ] as [SourceKind, string, string][])(
    'of %s (%s) that it would not heed are refused',
    (kind, source, flags) => {
      expect(() => refuseCameraSettings(kind, source, all)).toThrow(
        `${flags} can't be done with --source ${source}; leave out the flag or its setting`,
      );
    },
  );

  test('that it heeds, or that are not set, are taken', () => {
    refuseCameraSettings('rpicam', 'auto', all);
    for (const kind of ['program', 'raw', 'camera'] as const) refuseCameraSettings(kind, kind, UPRIGHT);
    refuseCameraSettings('camera', 'rtsp', { rotation: 180, hflip: true, vflip: false });
  });
});
