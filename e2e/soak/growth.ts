/** Whether streamer and server came back to what they held before: the second quarter of a soak against the last. */
import { median } from '../lab/median.ts';
import type { Sample, Use } from './sample.ts';

export interface Growth {
  readonly side: 'streamer' | 'server';
  readonly what: keyof Use;
  readonly early: number;
  readonly late: number;
  readonly isBack: boolean;
}

/**
 * glibc keeps freed memory and V8 lets its heap grow between collections, so that quiet moments of one run differ by
 * some megabytes. Leaking 30 KB for each of the 700 viewers of an hour is beyond this. The code of node-av, 36 MB, counts
 * too: it is loaded when a viewer first needs the low layer of a camera program, mostly within the first minutes.
 */
export const MOST_MEMORY_GROWTH = 0.15;

const SIDES = ['streamer', 'server'] as const;
const KINDS = ['residentMb', 'files', 'threads', 'children'] as const;

/** Undefined as long as there are too few samples to compare. */
export function growth(samples: readonly Sample[]): Growth[] | undefined {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return undefined;
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
  return SIDES.flatMap((side) =>
    KINDS.map((what) => {
      const middle = (some: readonly Sample[]): number => median(some.map((it) => it[side][what])) ?? 0;
      const [before, after] = [middle(early), middle(late)];
      return { side, what, early: before, late: after, isBack: isBack(what, before, after) };
    }),
  );
}

function isBack(what: keyof Use, early: number, late: number): boolean {
  if (what === 'residentMb') return late <= early * (1 + MOST_MEMORY_GROWTH);
  // A thread or file less is what was still warm; a camera program less is none.
  return what === 'children' ? late === early : late <= early;
}

/** The straight line through the samples after the first quarter, by least squares. */
export function megabytesPerHour(samples: readonly Sample[], side: Growth['side']): number {
  const points = samples
    .slice(Math.floor(samples.length / 4))
    .map((it) => ({ x: it.atMs / 3_600_000, y: it[side].residentMb }));
  const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const [meanX, meanY] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const covariance = mean(points.map(({ x, y }) => (x - meanX) * (y - meanY)));
  return covariance / mean(points.map(({ x }) => (x - meanX) ** 2));
}
