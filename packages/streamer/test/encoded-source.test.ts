/** Raw pictures and libx264 as a video source: its layers, their rates and their keyframes. */
import { once } from 'node:events';
import { NAL_UNIT_TYPE, nalUnitType, parseSps, type VideoFormat } from '@perch/rtp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { allocateFrame } from '../src/adapters/av/allocate-frame.ts';
import { EncodedSource, type EncodedSourceOptions } from '../src/adapters/av/encoded-source.ts';
import type { RawPicture, RawPictures } from '../src/adapters/av/raw-picture.ts';
import { testPictures } from '../src/adapters/av/test-pictures.ts';
import { openX264 } from '../src/adapters/av/x264-encoder.ts';
import { systemClock } from '../src/adapters/system-clock.ts';
import type { CodedPicture } from '../src/domain/video-source.ts';
import { FORMAT, ManualClock, memoryLog, settle, silentLog } from './support/fakes.ts';
import { PatternPainter } from './support/pattern-painter.ts';
import { PictureCollector } from './support/picture-collector.ts';

/** Gives a picture when a test says so. */
class HandCamera {
  readonly #waiting: (() => void)[] = [];
  #capturedMs = performance.now();
  #count = 0;

  readonly pictures = (format: VideoFormat): RawPictures => {
    const camera = this;
    return async function* (signal) {
      const frame = allocateFrame(format);
      const painter = new PatternPainter(format);
      const aborted = once(signal, 'abort').then(() => undefined);
      try {
        for (;;) {
          const shot = new Promise<RawPicture>((resolve) => {
            camera.#waiting.push(() => {
              painter.paint(frame, camera.#count++);
              resolve({ frame, capturedMs: camera.#capturedMs });
            });
          });
          const picture = await Promise.race([shot, aborted]);
          if (picture === undefined) return;
          yield picture;
        }
      } finally {
        frame.free();
      }
    };
  };

  /** Takes a picture `afterMs` after the one before, and resolves when the source is done with it. */
  async shoot(afterMs = 67): Promise<void> {
    while (this.#waiting.length === 0) await settle();
    this.#capturedMs += afterMs;
    this.#waiting.shift()?.();
    while (this.#waiting.length === 0) await settle();
  }
}

async function openWithHandCamera(options: Partial<EncodedSourceOptions> = {}) {
  const camera = new HandCamera();
  const collected = new PictureCollector();
  const source = await EncodedSource.open(
    { format: FORMAT, openPictures: camera.pictures, clock: systemClock, log: silentLog, ...options },
    collected.events,
  );
  onTestFinished(() => source.close());
  return { camera, collected, source };
}

const keyframes = (pictures: CodedPicture[]) => pictures.map(({ accessUnit }) => accessUnit.keyframe);

function sizeOf({ accessUnit }: CodedPicture) {
  const sps = accessUnit.nalUnits.find((unit) => nalUnitType(unit) === NAL_UNIT_TYPE.sps);
  const { width, height } = parseSps(sps!)!;
  return { width, height };
}

describe('the main layer', () => {
  test('gives nothing before it has a rate, and nothing at 0; what comes first is a keyframe', async () => {
    const { camera, collected, source } = await openWithHandCamera();
    await camera.shoot();
    expect(collected.pictures).toEqual([]);
    source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
    await camera.shoot();
    await camera.shoot();
    source.main.setBitsPerSecond(0);
    await camera.shoot();
    const before = collected.pictures.length;
    await camera.shoot();
    expect(collected.pictures).toHaveLength(before);
    source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
    await camera.shoot();
    expect(keyframes(collected.pictures)[0]).toBe(true);
    expect(keyframes(collected.pictures.slice(before))[0]).toBe(true);
  });

  test('can be given from a quarter of the rate to all of it', async () => {
    const { source } = await openWithHandCamera();
    expect(source.size).toEqual({ width: FORMAT.width, height: FORMAT.height });
    expect(source.main).toMatchObject({
      lowestBitsPerSecond: 100_000,
      highestBitsPerSecond: 400_000,
      forcesKeyframes: true,
    });
  });

  test('a keyframe is made of the picture at hand, without waiting for the next', async () => {
    const { camera, collected, source } = await openWithHandCamera();
    source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
    await camera.shoot();
    source.main.requestKeyframe();
    await collected.until(() => collected.pictures.length === 2);
    await camera.shoot(10_000);
    expect(keyframes(collected.pictures)).toEqual([true, true, false]);
    const moments = collected.pictures.map(({ capturedMs }) => capturedMs);
    expect(moments).toEqual([...new Set(moments)].sort((a, b) => a - b));
  });

  test('however often it is asked for, a picture is made a keyframe again once', async () => {
    const { camera, collected, source } = await openWithHandCamera();
    source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
    await camera.shoot();
    for (let n = 0; n < 5; n++) {
      source.main.requestKeyframe();
      await collected.until(() => collected.pictures.length >= 2);
    }
    await camera.shoot(10_000);
    await camera.shoot();
    expect(keyframes(collected.pictures)).toEqual([true, true, true, false]);
  });

  test('moments of capture grow even where the clock of the pictures does not', async () => {
    const { camera, collected, source } = await openWithHandCamera();
    source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
    await camera.shoot();
    await camera.shoot(0);
    await camera.shoot(-5);
    const moments = collected.pictures.map(({ capturedMs }) => Math.round(capturedMs * 90));
    expect(moments).toEqual([moments[0], moments[0]! + 1, moments[0]! + 2]);
  });
});

describe('the low layer', () => {
  test('has half the sides and rates of its own, and comes beside the main one when it has a rate', async () => {
    const { camera, collected, source } = await openWithHandCamera();
    expect(source.low).toMatchObject({ lowestBitsPerSecond: 100_000, highestBitsPerSecond: 200_000 });
    source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
    await camera.shoot();
    expect(collected.of('low')).toEqual([]);
    source.low!.setBitsPerSecond(200_000);
    await collected.until(() => collected.of('low').length > 0);
    expect(collected.of('low')[0]!.accessUnit.keyframe).toBe(true);
    expect(sizeOf(collected.of('low')[0]!)).toEqual({ width: 160, height: 120 });
    await camera.shoot(10_000);
    source.low!.setBitsPerSecond(0);
    await camera.shoot();
    expect([collected.of('main').length, collected.of('low').length]).toEqual([3, 2]);
  });

  test('has fewer pictures where its rate is low', async () => {
    const format = { ...FORMAT, framesPerSecond: 30, bitsPerSecond: 1_000_000 };
    const { camera, collected, source } = await openWithHandCamera({ format });
    for (const [bitsPerSecond, expected] of [
      [300_000, 8],
      [200_000, 4],
      [100_000, 2],
    ] as const) {
      source.low!.setBitsPerSecond(bitsPerSecond);
      await camera.shoot();
      const before = collected.of('low').length;
      for (let n = 0; n < 8; n++) await camera.shoot();
      expect(collected.of('low').length - before).toBe(expected);
    }
  });

  test('a keyframe of it is not of the main one', async () => {
    const { camera, collected, source } = await openWithHandCamera();
    source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
    source.low!.setBitsPerSecond(200_000);
    await camera.shoot();
    source.low!.requestKeyframe();
    await collected.until(() => collected.of('low').length > 1);
    await camera.shoot(10_000);
    expect(keyframes(collected.of('low'))).toEqual([true, true, false]);
    expect(keyframes(collected.of('main'))).toEqual([true, false]);
  });

  test('its encoder is opened when it has a rate, and freed when it had none for five seconds', async () => {
    const opened: string[] = [];
    const { camera, source } = await openWithHandCamera({
      openEncoder: async (format) => {
        const encoder = await openX264(format);
        opened.push(`open ${format.width}`);
        return {
          encode: (...values) => encoder.encode(...values),
          setRate: (rate) => encoder.setRate(rate),
          close: () => {
            opened.push(`close ${format.width}`);
            return encoder.close();
          },
        };
      },
    });
    source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
    await camera.shoot();
    source.low!.setBitsPerSecond(200_000);
    await camera.shoot();
    source.low!.setBitsPerSecond(0);
    await camera.shoot(4_900);
    expect(opened).toEqual(['open 320', 'open 160']);
    await camera.shoot(200);
    expect(opened).toEqual(['open 320', 'open 160', 'close 160']);
    source.low!.setBitsPerSecond(200_000);
    await camera.shoot();
    expect(opened.at(-1)).toBe('open 160');
  });

  test('that fails leaves the main one alone, is said once, and is tried again after five seconds', async () => {
    const { log, lines } = memoryLog();
    let failures = 0;
    const { camera, collected, source } = await openWithHandCamera({
      log,
      openEncoder: (format) => {
        if (format.width === FORMAT.width || failures === 2) return openX264(format);
        failures++;
        return Promise.reject(new Error('no memory'));
      },
    });
    source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
    source.low!.setBitsPerSecond(200_000);
    for (let n = 0; n < 4; n++) await camera.shoot();
    expect(lines.map(({ msg, reason }) => [msg, reason])).toEqual([
      ['the low layer failed; the main one goes on', 'no memory'],
    ]);
    await camera.shoot(5_000);
    await camera.shoot(5_000);
    expect(failures).toBe(2);
    expect(collected.of('main')).toHaveLength(6);
    expect(keyframes(collected.of('low'))).toEqual([true]);
  });

  test('does not exist where the picture is too small for a smaller one', async () => {
    const { source } = await openWithHandCamera({ format: { ...FORMAT, width: 160, height: 120 } });
    expect(source.low).toBeUndefined();
  });
});

describe('the pictures', () => {
  test('that stay away for ten seconds at first, or two later, end the source', async () => {
    for (const count of [0, 1]) {
      const clock = new ManualClock();
      const { camera, collected, source } = await openWithHandCamera({ clock });
      source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
      for (let n = 0; n < count; n++) await camera.shoot();
      clock.advance(20_000);
      expect(collected.ends).toEqual([count === 0 ? 'no picture for 10 s' : 'no picture for 2 s']);
      await source.close();
      expect(collected.ends).toHaveLength(1);
    }
  });

  test('that end, or fail, are told once with the reason', async () => {
    for (const fails of [false, true]) {
      const collected = new PictureCollector();
      const openPictures = (format: VideoFormat): RawPictures =>
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
      const source = await EncodedSource.open(
        { format: FORMAT, openPictures, clock: systemClock, log: silentLog },
        collected.events,
      );
      await collected.until(() => collected.ends.length > 0);
      await source.close();
      expect(collected.ends).toEqual([fails ? 'the disk is gone' : 'the pictures ended']);
    }
  });

  test.each([{}, { grainLuma: 8 }])(
    'of the test source come by themselves, in order; %j',
    async (options) => {
      const collected = new PictureCollector();
      const source = await EncodedSource.open(
        {
          format: { ...FORMAT, framesPerSecond: 120 },
          openPictures: (format) => testPictures(format, options),
          clock: systemClock,
          log: silentLog,
        },
        collected.events,
      );
      source.main.setBitsPerSecond(FORMAT.bitsPerSecond);
      source.low!.setBitsPerSecond(FORMAT.bitsPerSecond);
      await collected.until(() => collected.of('main').length >= 5 && collected.of('low').length >= 2);
      await Promise.all([source.close(), source.close()]);
      const after = collected.pictures.length;
      await settle();
      expect(collected.pictures).toHaveLength(after);
      expect(collected.ends).toEqual([]);
      const moments = collected.of('main').map(({ capturedMs }) => capturedMs);
      expect(moments).toEqual([...new Set(moments)].sort((a, b) => a - b));
    },
  );
});
