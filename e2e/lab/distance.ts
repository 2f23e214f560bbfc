/** Scenario `distance`: a viewer far away, with packets that come at odd times and out of order. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conditions } from './conditions.ts';
import { frozen, gapsBetween, longest } from './gaps.ts';
import type { Distance } from './internet.ts';
import { median } from './median.ts';
import { NetworkLab } from './network-lab.ts';

export interface FarAway {
  readonly distance: Distance;
  readonly firstPictureMs: number;
  readonly frozenMs: number;
  readonly longestMs: number;
  readonly ageMs: number | undefined;
  readonly nacks: number;
  readonly bitsPerSecond: number;
}

/** One way: a country, an ocean, a phone network, a phone network with several antennas. */
const DISTANCES: readonly Distance[] = [
  { delayMs: 20, jitterMs: 0, reorderedShare: 0 },
  { delayMs: 100, jitterMs: 0, reorderedShare: 0 },
  { delayMs: 30, jitterMs: 40, reorderedShare: 0 },
  { delayMs: 30, jitterMs: 40, reorderedShare: 0.02 },
];
const SECONDS = 30;

export async function distance(conditions: Conditions): Promise<FarAway[]> {
  const rows: FarAway[] = [];
  for (const it of DISTANCES) rows.push(await watchFrom(it, conditions));
  return rows;
}

async function watchFrom(away: Distance, { chromium, picture }: Conditions): Promise<FarAway> {
  const lab = await NetworkLab.open({ chromium, home: 'cone', picture });
  try {
    const viewer = await lab.watch(await lab.addSite('phone', 'cone', away));
    const firstPicture = await viewer.firstPictureMs(20_000);
    if (firstPicture === undefined) throw new Error(`no picture over ${away.delayMs} ms`);
    const from = Date.now();
    await sleep(SECONDS * 1000);
    const { pictures, ages, seconds } = await viewer.seen();
    const gaps = gapsBetween(pictures, from, from + SECONDS * 1000);
    const last = seconds.at(-1);
    return {
      distance: away,
      firstPictureMs: firstPicture.fromNavigation,
      frozenMs: frozen(gaps).ms,
      longestMs: longest(gaps),
      ageMs: median(ages.filter(({ at }) => at > from).map(({ ms }) => ms)),
      nacks: last?.nacks ?? 0,
      bitsPerSecond: ((last?.bytes ?? 0) * 8) / SECONDS,
    };
  } finally {
    await lab.close();
  }
}
