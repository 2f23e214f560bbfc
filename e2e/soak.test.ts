/** What a soak (`npm run soak`) takes for a leak. The soak itself is no test: it runs for hours. */
import { expect, test } from 'vitest';
import { growth } from './soak/growth.ts';
import type { Sample, Use } from './soak/sample.ts';

const USE: Use = { anonymousMb: 60, residentMb: 100, files: 30, threads: 12, children: 1 };

/** A minute of which only the streamer's memory matters. */
const sample = (minute: number, streamer: Partial<Use>): Sample => ({
  atMs: minute * 60_000,
  streamer: { ...USE, ...streamer },
  server: USE,
  viewers: 1,
  connected: 1,
});

/** Eight minutes, the last four of them like this. */
function notBack(later: Partial<Use>) {
  const samples = Array.from({ length: 8 }, (_, minute) => sample(minute, minute < 4 ? {} : later));
  return growth(samples)?.filter(({ isBack }) => isBack === false);
}

const grown = (ownMb: number, codeMb: number): Partial<Use> => ({
  anonymousMb: USE.anonymousMb + ownMb,
  residentMb: USE.residentMb + ownMb + codeMb,
});

test('code that is loaded late is none, nor what its first use takes', () => {
  expect(notBack(grown(0, 35))).toEqual([]);
  expect(notBack(grown(20, 22))).toEqual([]);
});

test.each([
  ['as much without the code', 20, 0],
  ['more than that', 35, 22],
])('memory of its own is one: %s', (_, ownMb, codeMb) => {
  const early = USE.anonymousMb;
  const leak = { side: 'streamer', what: 'anonymousMb', early, late: early + ownMb };
  expect(notBack(grown(ownMb, codeMb))).toMatchObject([leak]);
});

test('a file that stays open is one', () => {
  expect(notBack({ files: USE.files + 1 })).toMatchObject([{ side: 'streamer', what: 'files' }]);
});
