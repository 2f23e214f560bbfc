/**
 * What a viewer costs the sender: processor time for each RTP packet that arrived, with the same H.264 from the same
 * feeder, for `perch stream`, for a webrtcbin each behind a tee, and for a bare loop over node-datachannel's tracks.
 *
 * All join through `perch serve`, all viewers are node-datachannel's in a process of their own, whose time does not
 * count; neither does the feeder's. The senders take turns, so that a slow minute of the machine meets all.
 */
import { setTimeout } from 'node:timers/promises';
import { serve } from '../e2e/support/perch-process.ts';
import { type Clip, feedCommand, makeClip } from './clip/clip.ts';
import { DATACHANNEL, FORMAT, printConditions } from './conditions.ts';
import { cpuSeconds } from './cpu-time.ts';
import { provideGstreamer } from './gstreamer.ts';
import type { BenchOptions } from './options.ts';
import { Receivers } from './receivers/receivers.ts';
import { type Sender, startBareLoop, startPerch, startWebrtcbin } from './senders/sender.ts';
import { median, spread, tableHead, tableRow } from './statistics.ts';

type Start = (port: number, command: string) => Promise<Sender>;

const SENDERS: Readonly<Record<string, Start>> = {
  perch: (port, command) => startPerch(port, `exec:${command}`),
  webrtcbin: (port, command) => startWebrtcbin(port, `exec:${command}`),
  'bare loop': startBareLoop,
};

/** Before the measurement: what happens once (compilers that warm up, first keyframes) is over by then. */
const SETTLE_MS = 4_000;

const HEAD = [
  ...['sender', 'viewers', 'CPU (% of a core)', 'CPU a viewer (%)', 'µs a packet', 'packets/s'],
  ...['pictures/s, least', 'lost, most', 'SRTP'],
];

interface Measured {
  readonly cpuShare: number;
  readonly microsecondsPerPacket: number;
  readonly packetsPerSecond: number;
  /** One viewer's; fewer than the clip has are pictures that the sender left out. */
  readonly picturesPerSecond: number;
  readonly lost: number;
  readonly srtp: string;
}

export async function benchFanOut({ viewers, rounds, seconds }: BenchOptions): Promise<void> {
  const clip = await makeClip();
  printConditions('What a viewer costs the sender', 'fan-out', [
    DATACHANNEL,
    provideGstreamer(),
    FORMAT,
    `clip of ${(clip.bitsPerSecond / 1e6).toFixed(2)} Mbit/s`,
    `${rounds} rounds of ${seconds} s each, median (min to max)`,
  ]);
  console.log(tableHead(HEAD));
  const all = new Map<number, Map<string, Measured[]>>();
  for (const count of viewers) {
    const bySender = await measureRounds(count, rounds, seconds, clip);
    all.set(count, bySender);
    for (const [name, measured] of bySender) console.log(describe(name, count, measured));
  }
  console.log(`\n${tableHead(['perch, CPU a packet', 'viewers', '/ webrtcbin', '/ bare loop'])}`);
  for (const [count, bySender] of all) {
    const against = (name: string): string => spread(ratios(bySender, name), 2);
    console.log(tableRow(['ratio', String(count), against('webrtcbin'), against('bare loop')]));
  }
  clip.remove();
}

async function measureRounds(
  count: number,
  rounds: number,
  seconds: number,
  clip: Clip,
): Promise<Map<string, Measured[]>> {
  const measured = new Map<string, Measured[]>(Object.keys(SENDERS).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, start] of Object.entries(SENDERS)) {
      measured.get(name)?.push(await measure(start, count, seconds, clip));
    }
  }
  return measured;
}

async function measure(start: Start, count: number, seconds: number, clip: Clip): Promise<Measured> {
  const { perch: server, port } = await serve();
  const sender = await start(port, feedCommand(clip));
  const receivers = new Receivers();
  try {
    await receivers.join(port, count);
    await setTimeout(SETTLE_MS);
    const before = { cpu: cpuSeconds(sender.pid), at: performance.now(), ...(await receivers.count()) };
    await setTimeout(seconds * 1000);
    const after = { cpu: cpuSeconds(sender.pid), at: performance.now(), ...(await receivers.count()) };
    const packets = after.packets - before.packets;
    const elapsed = (after.at - before.at) / 1000;
    const cpu = after.cpu - before.cpu;
    return {
      cpuShare: cpu / elapsed,
      microsecondsPerPacket: (cpu * 1e6) / packets,
      packetsPerSecond: packets / elapsed,
      picturesPerSecond: (after.pictures - before.pictures) / elapsed / count,
      lost: 1 - packets / (after.expected - before.expected),
      srtp: receivers.srtp,
    };
  } finally {
    await receivers.close();
    await sender.close();
    server.signal('SIGTERM');
    await server.end();
  }
}

function describe(name: string, count: number, measured: readonly Measured[]): string {
  const share = median(measured.map(({ cpuShare }) => cpuShare)) * 100;
  return tableRow([
    name,
    String(count),
    share.toFixed(1),
    (share / count).toFixed(2),
    spread(
      measured.map(({ microsecondsPerPacket }) => microsecondsPerPacket),
      1,
    ),
    median(measured.map(({ packetsPerSecond }) => packetsPerSecond)).toFixed(0),
    Math.min(...measured.map(({ picturesPerSecond }) => picturesPerSecond)).toFixed(1),
    `${(Math.max(...measured.map(({ lost }) => lost)) * 100).toFixed(2)} %`,
    measured[0]?.srtp ?? '',
  ]);
}

/** Each round's own, since what slows the machine down slows down its neighbours in the round too. */
function ratios(bySender: ReadonlyMap<string, readonly Measured[]>, name: string): number[] {
  const others = bySender.get(name) ?? [];
  return (bySender.get('perch') ?? []).map(
    ({ microsecondsPerPacket }, round) =>
      microsecondsPerPacket / (others[round]?.microsecondsPerPacket ?? Number.NaN),
  );
}
