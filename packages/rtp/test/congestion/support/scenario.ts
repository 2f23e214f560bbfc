/** Runs flows over a shared path in steps of 1 ms of virtual time, and measures what RFC 8867, section 4.2, asks for. */

import { seeded } from './random.ts';
import { type LinkOptions, SimulatedLink } from './simulated-link.ts';
import { type Sample, type SenderOptions, SimulatedSender } from './simulated-sender.ts';

export interface ScenarioOptions {
  readonly durationMs: number;
  readonly link: Omit<LinkOptions, 'random'>;
  /** Of feedback; default: as fast as one wants, the same propagation. */
  readonly reverse?: Omit<LinkOptions, 'random'>;
  readonly flows?: readonly Partial<SenderOptions>[];
  readonly seed?: number;
}

export interface Outcome {
  readonly flows: readonly SimulatedSender[];
  readonly link: SimulatedLink;
  /** Share of the capacity from `fromMs` to `toMs` that media of all flows used. */
  utilisation(fromMs: number, toMs: number): number;
  rate(flow: number, fromMs: number, toMs: number): number;
  /** Longest time without a new picture. */
  longestFreezeMs(flow: number, fromMs: number, toMs: number): number;
  /** Of the pictures shown in that time: `share` of them were this old at most. */
  ageMs(flow: number, fromMs: number, toMs: number, share: number): number;
  p95QueueMs(): number;
  lossShare(): number;
  /** From `fromMs` until one second's media rate is at least `bitsPerSecond`; infinite if never. */
  recoveryMs(flow: number, fromMs: number, bitsPerSecond: number): number;
}

export const TABLE: Record<string, Record<string, string>> = {};

export function run(options: ScenarioOptions): Outcome {
  const random = seeded(options.seed ?? 1);
  const link = new SimulatedLink({ ...options.link, random });
  const reverse = new SimulatedLink({
    random,
    ...(options.reverse ?? {
      capacity: [{ fromMs: 0, bitsPerSecond: 100_000_000 }],
      queueMs: 1000,
      propagationMs: options.link.propagationMs,
    }),
  });
  const flows = (options.flows ?? [{}]).map(
    (flow) => new SimulatedSender({ forward: link, reverse, random, ...flow }),
  );
  for (let nowMs = 0; nowMs <= options.durationMs; nowMs++) {
    for (const flow of flows) flow.step(nowMs);
    link.step(nowMs);
    reverse.step(nowMs);
  }
  return outcomeOf(flows, link);
}

/** Adds a row to the table that is printed at the end. */
export function record(name: string, outcome: Outcome, row: Record<string, string>): void {
  TABLE[name] = {
    'queue p95': `${outcome.p95QueueMs().toFixed(0)} ms`,
    lost: `${(outcome.lossShare() * 100).toFixed(1)} %`,
    ...row,
  };
}

function outcomeOf(flows: readonly SimulatedSender[], link: SimulatedLink): Outcome {
  const rate = (flow: number, fromMs: number, toMs: number) =>
    rateOf(flows[flow]?.samples ?? [], fromMs, toMs);
  const shownOf = (flow: number) => flows[flow]?.receiver.shown ?? [];
  return {
    flows,
    link,
    rate,
    utilisation(fromMs, toMs) {
      let capacity = 0;
      for (let ms = fromMs; ms < toMs; ms += 100) capacity += link.capacityAt(ms) * 0.1;
      const used = flows.reduce((sum, _, flow) => sum + rate(flow, fromMs, toMs), 0);
      return (used * (toMs - fromMs)) / 1000 / capacity;
    },
    longestFreezeMs(flow, fromMs, toMs) {
      let last = fromMs;
      let longest = 0;
      for (const { atMs } of shownOf(flow)) {
        if (atMs < fromMs) continue;
        longest = Math.max(longest, Math.min(atMs, toMs) - last);
        last = Math.min(atMs, toMs);
      }
      return Math.max(longest, toMs - last);
    },
    ageMs(flow, fromMs, toMs, share) {
      const shown = shownOf(flow).filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
      const ages = shown.map(({ ageMs }) => ageMs).sort((a, b) => a - b);
      return ages[Math.ceil(ages.length * share) - 1] ?? 0;
    },
    p95QueueMs() {
      const sorted = [...link.queueDelaysMs].sort((a, b) => a - b);
      return sorted[Math.floor(sorted.length * 0.95)] ?? 0;
    },
    lossShare: () => link.droppedPackets / link.packets,
    recoveryMs(flow, fromMs, bitsPerSecond) {
      const samples = flows[flow]?.samples ?? [];
      const end = samples.at(-1)?.atMs ?? 0;
      for (let ms = fromMs; ms + 1000 <= end; ms += 100) {
        if (rate(flow, ms, ms + 1000) >= bitsPerSecond) return ms + 1000 - fromMs;
      }
      return Number.POSITIVE_INFINITY;
    },
  };
}

function rateOf(samples: readonly Sample[], fromMs: number, toMs: number): number {
  const bytesAt = (ms: number) => samples.findLast(({ atMs }) => atMs <= ms)?.mediaBytes ?? 0;
  return ((bytesAt(toMs) - bytesAt(fromMs)) * 8000) / (toMs - fromMs);
}
