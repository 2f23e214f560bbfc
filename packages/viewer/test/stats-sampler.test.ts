import { expect, test } from 'vitest';
import { HISTORY_LENGTH, StatsSampler } from '../src/domain/stats-sampler.ts';
import type { StreamCounters } from '../src/domain/stream-counters.ts';
import type { StreamStats } from '../src/domain/stream-stats.ts';
import { countersOf, pathOf, videoOf } from './fake-counters.ts';
import { ManualClock, settle } from './fake-world.ts';

function setUp() {
  const clock = new ManualClock();
  const samples: StreamStats[] = [];
  const world = {
    counted: 0,
    stripAgeMs: 80 as number | undefined,
    widthPixels: 1280,
    fullPixels: undefined as number | undefined,
    isConnected: true,
  };
  const readCounters = (): Promise<StreamCounters | undefined> => {
    world.counted += 1;
    const { widthPixels, fullPixels } = world;
    const video = videoOf({ bytes: clock.now() * 100, widthPixels, heightPixels: 720 });
    const counters = { ...countersOf(pathOf(), video, { atMs: clock.now() }), fullPixels };
    return Promise.resolve(world.isConnected ? counters : undefined);
  };
  const readStripAge = () => Promise.resolve(world.stripAgeMs);
  const sampler = new StatsSampler({ clock, readCounters, readStripAge }, (stats) => samples.push(stats));
  return { clock, samples, world, sampler };
}

test('one sample a second, from the start to the stop', async () => {
  const { clock, samples, sampler, world } = setUp();
  sampler.start();
  sampler.start();
  await settle();
  await clock.advance(3_500);
  expect(samples.map(({ atMs }) => atMs)).toEqual([0, 1_000, 2_000, 3_000]);
  expect(samples.map(({ bitsPerSecond }) => bitsPerSecond)).toEqual([undefined, 800_000, 800_000, 800_000]);
  sampler.stop();
  await clock.advance(5_000);
  expect(world.counted).toBe(4);
  expect(clock.timers.size).toBe(0);
});

test('what is counted while it stops is no sample', async () => {
  const { samples, sampler } = setUp();
  sampler.start();
  sampler.stop();
  await settle();
  expect(samples).toEqual([]);
});

test('it keeps the last two minutes, and nothing of another stream', async () => {
  const { clock, sampler } = setUp();
  sampler.start();
  await clock.advance(200_000);
  expect(sampler.history).toHaveLength(HISTORY_LENGTH);
  expect(sampler.history.at(-1)?.atMs).toBe(200_000);
  sampler.reset();
  expect(sampler.history).toEqual([]);
});

test('the rates after a pause are of the time after it', async () => {
  const { clock, samples, sampler } = setUp();
  sampler.start();
  await clock.advance(1_000);
  sampler.stop();
  await clock.advance(60_000);
  sampler.start();
  await settle();
  expect(samples.at(-1)?.bitsPerSecond).toBeUndefined();
});

test('the low layer is known by the larger picture before it', async () => {
  const { clock, samples, sampler, world } = setUp();
  sampler.start();
  await settle();
  world.widthPixels = 640;
  await clock.advance(1_000);
  world.widthPixels = 1280;
  await clock.advance(1_000);
  expect(samples.map(({ layer }) => layer)).toEqual([undefined, 'low', undefined]);
});

test('[STATE5] a stream that begins with the low layer is never taken for the full one', async () => {
  const { clock, samples, sampler, world } = setUp();
  world.fullPixels = 1280 * 720;
  world.widthPixels = 640;
  sampler.start();
  await settle();
  expect((await sampler.look())?.layer).toBe('low');
  sampler.reset();
  world.widthPixels = 1280;
  await clock.advance(1_000);
  expect(samples.map(({ layer, limitedBy }) => [layer, limitedBy])).toEqual([
    ['low', 'path'],
    ['full', undefined],
  ]);
});

test('each sample has the time strip of its moment', async () => {
  const { clock, samples, sampler, world } = setUp();
  sampler.start();
  await settle();
  world.stripAgeMs = undefined;
  await clock.advance(1_000);
  expect(samples.map(({ delay }) => delay?.from)).toEqual(['time-strip', undefined]);
});

test('without a connection there is no sample, and it goes on asking', async () => {
  const { clock, samples, sampler, world } = setUp();
  world.isConnected = false;
  sampler.start();
  await clock.advance(2_000);
  expect(samples).toEqual([]);
  world.isConnected = true;
  await clock.advance(1_000);
  expect(samples).toHaveLength(1);
});

test('a look right after a sample has the rates since the sample before that', async () => {
  const { clock, sampler } = setUp();
  sampler.start();
  await clock.advance(2_000);
  // The browser's counters are still those of the sample, then a few milliseconds newer.
  expect((await sampler.look())?.bitsPerSecond).toBe(800_000);
  await clock.advance(40);
  expect((await sampler.look())?.bitsPerSecond).toBe(800_000);
});

test('a look between has the rates since the sample before it', async () => {
  const { clock, sampler } = setUp();
  expect((await sampler.look())?.bitsPerSecond).toBeUndefined();
  await clock.advance(500);
  expect((await sampler.look())?.bitsPerSecond).toBe(800_000);
  expect(sampler.history).toEqual([]);
});
