/** Whether streamer and server came back to what they held before: the second quarter of a soak against the last. */
import { median } from '../lab/median.ts';
import type { Sample, Use } from './sample.ts';

export interface Growth {
  readonly side: 'streamer' | 'server';
  readonly what: keyof Use;
  readonly early: number;
  readonly late: number;
  /** Undefined for what is only shown. */
  readonly isBack: boolean | undefined;
}

/**
 * glibc keeps freed memory and V8 lets its heap grow between collections, so that quiet moments of one run differ by
 * some megabytes. Leaking 30 KB for each of the 700 viewers of an hour is beyond this.
 */
export const MOST_MEMORY_GROWTH = 0.15;

/** A process of 16 MB, as the server is, differs from itself by this after each start. */
const LEAST_GROWTH_MB = 5;

/**
 * node-av is loaded when a viewer first needs the low layer of a camera program, which may be late. It brings 22 MB of
 * code, by which it is known, and what its first uses allocate once: 10 to 20 MB were seen.
 */
const LOADED_CODE_MB = 15;
const FIRST_USE_MB = 20;

const SIDES = ['streamer', 'server'] as const;
const KINDS = ['anonymousMb', 'residentMb', 'files', 'threads', 'children'] as const;

/** Undefined as long as there are too few samples to compare. */
export function growth(samples: readonly Sample[]): Growth[] | undefined {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return undefined;
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
  return SIDES.flatMap((side) => {
    const middle = (some: readonly Sample[], of: (use: Use) => number): number =>
      median(some.map((it) => of(it[side]))) ?? 0;
    const loadedMb = middle(late, codeMb) - middle(early, codeMb);
    const onceMb = loadedMb >= LOADED_CODE_MB ? FIRST_USE_MB : 0;
    return KINDS.map((what) => {
      const before = middle(early, (use) => use[what]);
      const after = middle(late, (use) => use[what]);
      return { side, what, early: before, late: after, isBack: isBack(what, before, after, onceMb) };
    });
  });
}

const codeMb = ({ residentMb, anonymousMb }: Use): number => residentMb - anonymousMb;

function isBack(what: keyof Use, early: number, late: number, onceMb: number): boolean | undefined {
  // With the pages of files: code that is loaded late stays there until the kernel wants the room.
  if (what === 'residentMb') return undefined;
  if (what === 'anonymousMb')
    return late <= early + Math.max(early * MOST_MEMORY_GROWTH, LEAST_GROWTH_MB) + onceMb;
  // A thread or file less is what was still warm; a camera program less is none.
  return what === 'children' ? late === early : late <= early;
}

/** The straight line through the samples after the first quarter, by least squares. */
export function megabytesPerHour(
  samples: readonly Sample[],
  side: Growth['side'],
  what: 'anonymousMb' | 'residentMb',
): number {
  const points = samples
    .slice(Math.floor(samples.length / 4))
    .map((it) => ({ x: it.atMs / 3_600_000, y: it[side][what] }));
  const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const [meanX, meanY] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const covariance = mean(points.map(({ x, y }) => (x - meanX) * (y - meanY)));
  return covariance / mean(points.map(({ x }) => (x - meanX) ** 2));
}
