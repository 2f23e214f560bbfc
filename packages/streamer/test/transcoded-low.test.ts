/** The low layer of coded pictures: when its transcoder is loaded, what it is given, and the real one. */
import { NAL_UNIT_TYPE, nalUnitType, parseSps } from '@perch/rtp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Transcoder } from '../src/adapters/av/transcoder.ts';
import { type LowTranscoder, TranscodedLow } from '../src/adapters/transcoded-low.ts';
import type { CodedPicture } from '../src/domain/video-source.ts';
import { FORMAT, ManualClock, memoryLog, picture, settle, silentLog } from './support/fakes.ts';
import { PictureCollector } from './support/picture-collector.ts';
import { recordedPictures } from './support/recorded-clip.ts';

/** A transcoder that keeps what it is told. */
class FakeTranscoder implements LowTranscoder {
  readonly decoded: number[] = [];
  bitsPerSecond = 0;
  closed = false;

  setBitsPerSecond(bitsPerSecond: number) {
    this.bitsPerSecond = bitsPerSecond;
  }

  requestKeyframe() {}

  decode(pictures: readonly CodedPicture[]) {
    this.decoded.push(...pictures.map(({ capturedMs }) => capturedMs));
  }

  close() {
    this.closed = true;
    return Promise.resolve();
  }
}

function openLow(fails = false) {
  const clock = new ManualClock();
  const { log, lines } = memoryLog();
  const opened: FakeTranscoder[] = [];
  const openTranscoder = () => {
    if (fails) return Promise.reject(new Error('no such library'));
    opened.push(new FakeTranscoder());
    return Promise.resolve(opened.at(-1)!);
  };
  const low = TranscodedLow.below(FORMAT, { clock, log, openTranscoder }, new PictureCollector().events)!;
  return { clock, lines, low, opened };
}

/** A picture each 10 ms of `from` to `to`, the first a keyframe. */
function film(low: TranscodedLow, from: number, to: number, size = 20) {
  for (let ms = from; ms < to; ms += 10) {
    low.handleMainPicture(picture(ms, { keyframe: ms === from, size }));
  }
}

describe('the transcoder', () => {
  test('is not loaded before the low layer has a rate', async () => {
    const { low, opened } = openLow();
    film(low, 0, 100);
    low.setBitsPerSecond(0);
    low.requestKeyframe();
    await settle();
    expect(opened).toHaveLength(0);
    low.setBitsPerSecond(150_000);
    await settle();
    expect(opened[0]).toMatchObject({ bitsPerSecond: 150_000 });
  });

  test('is given the pictures since the newest keyframe, then each that comes', async () => {
    const { low, opened } = openLow();
    film(low, 0, 100);
    film(low, 100, 130);
    low.setBitsPerSecond(150_000);
    await settle();
    low.handleMainPicture(picture(130));
    expect(opened[0]!.decoded).toEqual([100, 110, 120, 130]);
  });

  test('waits for a keyframe where none is at hand, or too much came since', async () => {
    for (const size of [20, 2_000_000]) {
      const { low, opened } = openLow();
      if (size === 20) low.handleMainPicture(picture(0));
      else film(low, 0, 50, size);
      low.setBitsPerSecond(150_000);
      await settle();
      low.handleMainPicture(picture(60));
      expect(opened[0]!.decoded).toEqual([]);
      film(low, 100, 120);
      expect(opened[0]!.decoded).toEqual([100, 110]);
    }
  });

  test('idle for five seconds it is closed; idle for less it starts again with the newest keyframe', async () => {
    const { clock, low, opened } = openLow();
    film(low, 0, 20);
    low.setBitsPerSecond(150_000);
    await settle();
    low.setBitsPerSecond(0);
    film(low, 100, 120);
    clock.advance(4_900);
    low.setBitsPerSecond(150_000);
    expect(opened[0]!.decoded).toEqual([0, 10, 100, 110]);
    low.setBitsPerSecond(0);
    clock.advance(5_000);
    expect(opened[0]!.closed).toBe(true);
    low.setBitsPerSecond(150_000);
    await settle();
    await settle();
    expect(opened[1]!.decoded).toEqual([100, 110]);
    await low.close();
    await low.close();
    expect(opened[1]!.closed).toBe(true);
  });

  test('that can’t be loaded is said once, and the layer has failed', async () => {
    const { lines, low } = openLow(true);
    low.setBitsPerSecond(150_000);
    await settle();
    low.setBitsPerSecond(160_000);
    await settle();
    expect(low.failed).toBe(true);
    expect(lines.map(({ msg, reason }) => [msg, reason])).toEqual([
      ['no smaller picture for slow viewers: node-av does not work here', 'no such library'],
    ]);
  });

  test('closed while it is being loaded, it is closed as soon as it is', async () => {
    const { low, opened } = openLow();
    low.setBitsPerSecond(150_000);
    await low.close();
    expect(opened[0]!.closed).toBe(true);
  });
});

describe('the real one', () => {
  test('makes smaller pictures of the coded ones, from a keyframe on, whatever size the program sends', async () => {
    const sent = { ...FORMAT, width: 640, height: 360 };
    const units = await recordedPictures({ format: sent, count: 12 });
    const collected = new PictureCollector();
    const low = TranscodedLow.below(FORMAT, { clock: new ManualClock(), log: silentLog }, collected.events)!;
    onTestFinished(() => low.close());
    const pictures = units.map((accessUnit, n) => ({
      layer: 'main' as const,
      accessUnit,
      capturedMs: n * 67,
    }));
    for (const coded of pictures.slice(0, 8)) low.handleMainPicture(coded);
    low.setBitsPerSecond(200_000);
    await collected.until(() => collected.of('low').length > 0);
    for (const coded of pictures.slice(8)) {
      const before = collected.of('low').length;
      low.handleMainPicture(coded);
      await collected.until(() => collected.of('low').length > before);
    }
    const [first, ...rest] = collected.of('low');
    expect(first!.accessUnit.keyframe).toBe(true);
    expect(rest.every(({ accessUnit }) => !accessUnit.keyframe)).toBe(true);
    expect(first!.capturedMs).toBeGreaterThan(400);
    const sps = first!.accessUnit.nalUnits.find((unit) => nalUnitType(unit) === NAL_UNIT_TYPE.sps);
    expect(parseSps(sps!)).toMatchObject({ width: 320, height: 180 });
  });

  test('takes what is no video without an error, and mends at the next keyframe', async () => {
    const collected = new PictureCollector();
    const transcoder = await Transcoder.open(FORMAT, silentLog, collected.events);
    onTestFinished(() => transcoder.close());
    transcoder.setBitsPerSecond(200_000);
    transcoder.decode([picture(0, { keyframe: true, size: 500 }), picture(10, { size: 500 })]);
    const units = await recordedPictures({ count: 1 });
    transcoder.decode([{ layer: 'main', accessUnit: units[0]!, capturedMs: 20 }]);
    await collected.until(() => collected.of('low').length > 0);
    expect(collected.of('low')[0]!.accessUnit.keyframe).toBe(true);
  });
});
