import { expect, test, vi } from 'vitest';
import { statsBetween } from '../src/domain/stream-stats.ts';
import { countersOf, pathOf } from './fake-counters.ts';

// It looks at the screen as soon as it is loaded.
vi.mock('uplot', () => ({ default: class {} }));
const { chartData } = await import('../src/player/controls/stats/stats-charts.ts');

const sampleAt = (atMs: number, lastRoundTripMs: number | undefined) =>
  statsBetween(undefined, countersOf({ ...pathOf(), lastRoundTripMs }, undefined, { atMs }));

test('the line is over the seconds before the latest sample, with gaps where nothing is known', () => {
  const history = [sampleAt(1_000, 30), sampleAt(2_000, undefined), sampleAt(3_000, 40)];
  expect(chartData(history, 'roundTrip')).toEqual([
    [-2, -1, 0],
    [30, null, 40],
  ]);
});

test('where samples are missing, because the page was hidden, the line has a gap', () => {
  const [seconds, values] = chartData([sampleAt(0, 30), sampleAt(60_000, 40)], 'roundTrip');
  expect(values).toEqual([30, null, 40]);
  expect(seconds[0]).toBe(-60);
});

test('where a time strip was read, delays that were only reckoned are no part of the line', () => {
  const reckoned = { ...sampleAt(1_000, 30), delay: { ms: 15, from: 'estimate' } } as const;
  const read = { ...sampleAt(2_000, 30), delay: { ms: 90, from: 'time-strip' } } as const;
  expect(chartData([reckoned, read], 'delay')[1]).toEqual([null, 90]);
  expect(chartData([reckoned], 'delay')[1]).toEqual([15]);
});

test('without samples there is no line', () => {
  expect(chartData([], 'delay')).toEqual([[], []]);
});
