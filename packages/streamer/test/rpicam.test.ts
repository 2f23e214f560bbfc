/** What rpicam-vid is told for the owner's settings, and raw pictures through a pipe. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EncodedSource } from '../src/adapters/av/encoded-source.ts';
import { UPRIGHT } from '../src/adapters/av/fit-filters.ts';
import { pipedPictures } from '../src/adapters/av/piped-pictures.ts';
import { rawRpicamProgram, rpicamProgram } from '../src/adapters/camera/rpicam.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import { FORMAT, silentLog } from './support/fakes.ts';
import { PictureCollector } from './support/picture-collector.ts';

const program = { command: 'rpicam-vid', help: '' };

describe('settings of the camera', () => {
  const settings = {
    rotation: 180,
    hflip: true,
    vflip: true,
    autofocusMode: 'manual',
    exposure: 'sport',
    awb: 'daylight',
    rpicamArgs: ['--lens-position', '2.0'],
  } as const;
  const told =
    '--rotation 180 --hflip --vflip --autofocus-mode manual --exposure sport --awb daylight --lens-position 2.0';

  test.each([
    ['its own encoder', rpicamProgram],
    ['ours', rawRpicamProgram],
  ])('are told in its own words, the owner’s arguments last; with %s', (_, build) => {
    expect(build(program, FORMAT, settings).args.join(' ')).toMatch(new RegExp(` -o - ${told}$`));
  });

  test('that are not set are not told', () => {
    const { args } = rpicamProgram(program, FORMAT, UPRIGHT);
    expect(args.slice(-2)).toEqual(['-o', '-']);
  });
});

describe('raw pictures', () => {
  test('are asked for in the picture’s size and rate, without an encoder’s settings', () => {
    const { args } = rawRpicamProgram(program, FORMAT, UPRIGHT);
    expect(args.join(' ')).toBe(
      '--width 320 --height 240 --framerate 15 --codec yuv420 --flush --nopreview -t 0 -o -',
    );
  });

  test('of a width that the camera would pad are refused with the nearest that it would not', () => {
    expect(() => rawRpicamProgram(program, { ...FORMAT, width: 800 }, UPRIGHT)).toThrow(
      expect.objectContaining({
        reason: 'bad-format',
        message: expect.stringContaining('choose --width 832, or --encoder rpicam'),
      }),
    );
  });

  test('come out of a program one by one, and its end is told with the reason', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'perch-pictures-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const bytes = (FORMAT.width * FORMAT.height * 3) / 2;
    // The next one when the one before was encoded: a busy machine leaves out what is not the newest any more.
    const once = `until test -e '${folder}'/$n; do sleep 0.01; done`;
    const script = `for n in 1 2 3; do head -c ${bytes} /dev/zero; ${once}; done; exit 3`;
    const collected = new PictureCollector();
    const source = await EncodedSource.open(
      {
        format: FORMAT,
        openPictures: (format) => pipedPictures({ command: 'sh', args: ['-c', script] }, silentLog, format),
        clock: systemClock,
        log: silentLog,
      },
      collected.events,
    );
    source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
    for (const n of [1, 2, 3]) {
      await collected.until(() => collected.pictures.length === n);
      await writeFile(join(folder, String(n)), '');
    }
    await collected.until(() => collected.ends.length > 0);
    await source.close();
    expect(collected.ends).toEqual(['sh ended with exit code 3']);
    expect(collected.pictures).toHaveLength(3);
  });
});
