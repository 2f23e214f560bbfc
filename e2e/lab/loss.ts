/** Scenario `loss`: packets toward the viewer are lost at random. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conditions } from './conditions.ts';
import { frozen, gapsBetween, longest } from './gaps.ts';
import { NetworkLab } from './network-lab.ts';

export interface Losing {
  readonly share: number;
  readonly seconds: number;
  /** Of the time; in gaps of more than 300 ms. */
  readonly frozenShare: number;
  readonly longestMs: number;
  readonly packetsLost: number;
  readonly nacks: number;
  readonly plis: number;
  readonly bitsPerSecond: number;
}

const SHARES = [0.03, 0.1];
const SECONDS = 60;
/** Until the jitter buffer and the rate have found their place. */
const SETTLE_MS = 3_000;

export async function loss(conditions: Conditions): Promise<Losing[]> {
  const rows: Losing[] = [];
  for (const share of SHARES) rows.push(await lose(share, SECONDS, conditions));
  return rows;
}

export async function lose(share: number, seconds: number, conditions: Conditions): Promise<Losing> {
  const lab = await NetworkLab.open({
    chromium: conditions.chromium,
    home: 'cone',
    picture: conditions.picture,
  });
  try {
    const phone = await lab.addSite('phone', 'cone');
    const viewer = await lab.watch(phone);
    if ((await viewer.firstPictureMs(20_000)) === undefined) throw new Error('no picture before the loss');
    await sleep(SETTLE_MS);
    phone.downlink.setLoss(share);
    const from = Date.now();
    await sleep(seconds * 1000);
    const to = Date.now();
    const { pictures, seconds: stats } = await viewer.seen();
    const gaps = gapsBetween(pictures, from, to);
    const [first, last] = [stats.findLast(({ at }) => at <= from) ?? stats[0], stats.at(-1)];
    const grown = (count: (it: NonNullable<typeof last>) => number): number =>
      first === undefined || last === undefined ? 0 : count(last) - count(first);
    return {
      share,
      seconds,
      frozenShare: frozen(gaps).ms / (to - from),
      longestMs: longest(gaps),
      packetsLost: grown((it) => it.packetsLost),
      nacks: grown((it) => it.nacks),
      plis: grown((it) => it.plis),
      bitsPerSecond:
        (grown((it) => it.bytes) * 8000) /
        Math.max(
          1,
          grown((it) => it.at),
        ),
    };
  } finally {
    await lab.close();
  }
}
