/**
 * Scenario `rate`: a viewer's link becomes narrow and wide again, while a second viewer elsewhere has a wide one.
 * The link's bytes are counted behind its queue, headers and everything else included.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conditions } from './conditions.ts';
import { frozen, gapsBetween, longest } from './gaps.ts';
import { median } from './median.ts';
import { NetworkLab } from './network-lab.ts';
import type { Seen } from './viewer.ts';

export interface RateStep {
  readonly highBitsPerSecond: number;
  readonly lowBitsPerSecond: number;
  readonly queueMs: number;
  readonly beforeSeconds: number;
  readonly lowSeconds: number;
  readonly afterSeconds: number;
}

export interface RateSeen {
  readonly step: RateStep;
  /** Bits a second through the link before the step, in its low phase (from 5 s on) and at the end. */
  readonly beforeBits: number;
  readonly lowBits: number;
  readonly afterBits: number;
  /** `lowBits` of what the link carries. */
  readonly utilisation: number;
  /** The longest time without a new picture in the 5 s from the step on. */
  readonly stepGapMs: number;
  /** From 5 s after the step to the end of the low phase. */
  readonly laterFreezes: number;
  readonly laterFrozenMs: number;
  readonly lowAgeMs: number | undefined;
  /** Since the step, until pictures stayed younger than 300 ms for two seconds; undefined for never. */
  readonly freshAgainMs: number | undefined;
  /** Since the link was wide again, until a second had 90 % of the rate before the step. */
  readonly backMs: number | undefined;
  readonly lost: number;
  readonly nacks: number;
  readonly plis: number;
  readonly other: {
    readonly freezes: number;
    readonly longestMs: number;
    /** The lowest and the highest of all seconds. */
    readonly lowestBits: number;
    readonly highestBits: number;
    /** The lowest and the highest of all five seconds in a row, of the rate before the step. */
    readonly lowestShare: number;
    readonly highestShare: number;
  };
  /** The rate through the link, one number a second from the start of `before`. */
  readonly bitsBySecond: readonly number[];
}

export const STEP: RateStep = {
  highBitsPerSecond: 5_000_000,
  lowBitsPerSecond: 700_000,
  queueMs: 100,
  beforeSeconds: 15,
  lowSeconds: 30,
  afterSeconds: 15,
};

/** What a rate control may take to find the new rate. */
const SETTLE_MS = 5_000;
/** What feels live to a viewer. */
const FRESH_MS = 300;
const FRESH_FOR_MS = 2_000;
const FULL_SHARE = 0.9;
const TICK_MS = 1000;
/** From one second to the next the encoder's rate follows the picture, whoever watches. */
const EVEN_OVER_MS = 5_000;

export async function rate(conditions: Conditions): Promise<RateSeen[]> {
  return [await step(STEP, conditions), await step({ ...STEP, queueMs: 200 }, conditions)];
}

export async function step(wanted: RateStep, { chromium, picture }: Conditions): Promise<RateSeen> {
  const lab = await NetworkLab.open({ chromium, home: 'cone', picture });
  try {
    const phone = await lab.addSite('phone', 'cone');
    const desk = await lab.addSite('desk', 'cone');
    const { highBitsPerSecond, lowBitsPerSecond, queueMs } = wanted;
    phone.downlink.setRate({ bitsPerSecond: highBitsPerSecond, queueMs });
    const [viewer, other] = await Promise.all([lab.watch(phone), lab.watch(desk)]);
    for (const it of [viewer, other]) {
      if ((await it.firstPictureMs(20_000)) === undefined) throw new Error('no picture before the step');
    }
    const bytes: { at: number; bytes: number }[] = [];
    const count = (): void => {
      bytes.push({ at: Date.now(), bytes: phone.downlink.bytesSent() });
    };
    const counting = setInterval(count, TICK_MS);
    count();
    await sleep(wanted.beforeSeconds * 1000);
    const stepAt = Date.now();
    phone.downlink.setRate({ bitsPerSecond: lowBitsPerSecond, queueMs });
    await sleep(wanted.lowSeconds * 1000);
    const wideAt = Date.now();
    phone.downlink.setRate({ bitsPerSecond: highBitsPerSecond, queueMs });
    await sleep(wanted.afterSeconds * 1000);
    clearInterval(counting);
    return evaluate(wanted, { stepAt, wideAt, bytes }, await viewer.seen(), await other.seen());
  } finally {
    await lab.close();
  }
}

interface Times {
  readonly stepAt: number;
  readonly wideAt: number;
  /** Of the link, in total. */
  readonly bytes: readonly { readonly at: number; readonly bytes: number }[];
}

function evaluate(wanted: RateStep, { stepAt, wideAt, bytes }: Times, seen: Seen, other: Seen): RateSeen {
  const startAt = bytes[0]?.at ?? stepAt;
  const endAt = bytes.at(-1)?.at ?? wideAt;
  const bits = (from: number, to: number): number => {
    const within = bytes.filter(({ at }) => at >= from && at <= to);
    const [first, last] = [within[0], within.at(-1)];
    if (first === undefined || last === undefined || last.at === first.at) return 0;
    return ((last.bytes - first.bytes) * 8000) / (last.at - first.at);
  };
  const settledAt = stepAt + SETTLE_MS;
  // What comes first of a stream is not its rate.
  const beforeBits = bits(startAt + 2 * TICK_MS, stepAt);
  const lowBits = bits(settledAt, wideAt);
  const later = frozen(gapsBetween(seen.pictures, settledAt, wideAt));
  const back = bytes.find(
    ({ at }) => at >= wideAt + TICK_MS && bits(at - 1.5 * TICK_MS, at) >= FULL_SHARE * beforeBits,
  );
  const otherGaps = gapsBetween(other.pictures, startAt, endAt);
  const otherBits = rates(other, startAt, TICK_MS);
  const otherBefore = rates(
    { seconds: other.seconds.filter(({ at }) => at <= stepAt) },
    startAt,
    stepAt - startAt - 2 * TICK_MS,
  );
  const otherShares = rates(other, startAt, EVEN_OVER_MS).map(
    (each) => each / (otherBefore[0] ?? Number.NaN),
  );
  const [first, last] = [seen.seconds.findLast(({ at }) => at <= stepAt), seen.seconds.at(-1)];
  const lowAges = seen.ages.filter(({ at }) => at >= settledAt && at <= wideAt);
  return {
    step: wanted,
    beforeBits,
    lowBits,
    afterBits: bits(endAt - 4 * TICK_MS, endAt),
    utilisation: lowBits / wanted.lowBitsPerSecond,
    stepGapMs: longest(gapsBetween(seen.pictures, stepAt, settledAt)),
    laterFreezes: later.count,
    laterFrozenMs: later.ms,
    lowAgeMs: median(lowAges.map(({ ms }) => ms)),
    freshAgainMs: freshAgain(seen, stepAt, wideAt),
    backMs: back === undefined ? undefined : back.at - wideAt,
    lost: (last?.packetsLost ?? 0) - (first?.packetsLost ?? 0),
    nacks: (last?.nacks ?? 0) - (first?.nacks ?? 0),
    plis: (last?.plis ?? 0) - (first?.plis ?? 0),
    other: {
      freezes: frozen(otherGaps).count,
      longestMs: longest(otherGaps),
      lowestBits: Math.min(...otherBits),
      highestBits: Math.max(...otherBits),
      lowestShare: Math.min(...otherShares),
      highestShare: Math.max(...otherShares),
    },
    bitsBySecond: bytes.slice(1).map(({ at }, index) => Math.round(bits(bytes[index]?.at ?? at, at))),
  };
}

/** When pictures began to be fresh and stayed so for a while. */
function freshAgain({ ages }: Seen, stepAt: number, untilAt: number): number | undefined {
  const inPhase = ages.filter(({ at }) => at >= stepAt && at <= untilAt);
  let since: number | undefined;
  // Right after the step nothing has queued up yet: it counts from the first stale picture on.
  const firstStale = inPhase.findIndex(({ ms }) => ms > FRESH_MS);
  if (firstStale < 0) return 0;
  for (const { at, ms } of inPhase.slice(firstStale)) {
    since = ms > FRESH_MS ? undefined : (since ?? at);
    if (since !== undefined && at - since >= FRESH_FOR_MS) return since - stepAt;
  }
  return undefined;
}

/** What arrived in each stretch of about `overMs`, one beginning with each sample, in bits a second. */
function rates({ seconds }: Pick<Seen, 'seconds'>, fromMs: number, overMs: number): number[] {
  return seconds.flatMap((first, index) => {
    // Samples come a few milliseconds early or late.
    const last = seconds.slice(index).find(({ at }) => at - first.at >= overMs - TICK_MS / 2);
    if (last === undefined || first.at < fromMs) return [];
    return [((last.bytes - first.bytes) * 8000) / (last.at - first.at)];
  });
}
