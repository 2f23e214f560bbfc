/** What did not come back. An empty list is a soak that passed. */
import { FAULTS } from './faults.ts';
import { growth, MOST_MEMORY_GROWTH } from './growth.ts';
import type { Minute } from './minute.ts';

export function whatDidNotComeBack(minutes: readonly Minute[]): string[] {
  return [...heldTooMuch(minutes), ...missedPictures(minutes), ...stillThere(minutes)];
}

function heldTooMuch(minutes: readonly Minute[]): string[] {
  const all = growth(minutes.map(({ sample }) => sample));
  if (all === undefined) return ['too few minutes to compare'];
  return all
    .filter(({ isBack }) => isBack === false)
    .map(({ side, what, early, late }) => {
      const bound = what === 'anonymousMb' ? `, more than ${MOST_MEMORY_GROWTH * 100} % more` : '';
      return `${side}: ${what} was ${format(early)} and is ${format(late)}${bound}`;
    });
}

function missedPictures(minutes: readonly Minute[]): string[] {
  return minutes.flatMap(({ fault, seen }, index) => {
    if (fault === undefined) return [];
    const { backWithinMs } = FAULTS[fault];
    return seen.flatMap(({ stayer, gapMs, connections }) => {
      const where = `minute ${index + 1}, ${fault}: the ${stayer} who stays`;
      const late = `${where} had no picture for ${format(gapMs / 1000)} s (bound ${backWithinMs / 1000} s)`;
      const before = connectionsBefore(minutes, index, stayer);
      const lost = `${where} needed ${connections - before} new connection(s)`;
      return [...(gapMs > backWithinMs ? [late] : []), ...(connections > before ? [lost] : [])];
    });
  });
}

function connectionsBefore(minutes: readonly Minute[], index: number, stayer: string): number {
  return minutes[index - 1]?.seen.find((it) => it.stayer === stayer)?.connections ?? 1;
}

function stillThere(minutes: readonly Minute[]): string[] {
  return minutes.flatMap(({ seen, sample: { viewers, connected } }, index) => {
    if (viewers === seen.length && connected === seen.length) return [];
    const counts = `${viewers} viewers at the server and ${connected} at the streamer`;
    return [`minute ${index + 1}: ${counts} in the quiet moment, where ${seen.length} stay`];
  });
}

const format = (value: number): string => String(Math.round(value * 10) / 10);
