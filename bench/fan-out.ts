/**
 * What a viewer costs the sender: processor time for each RTP packet that arrived, with the same H.264 from the same
 * feeder, for `perch stream`, for a webrtcbin each behind a tee, and for a bare loop over node-datachannel's tracks, as
 * it is and told of each packet's arrival, as Perch is: so that what congestion control costs can be told from what
 * the library takes to receive its feedback.
 *
 * All join through `perch serve`, all viewers are node-datachannel's in a process of their own, whose time does not
 * count; neither does the feeder's. The senders take turns, so that a slow minute of the machine meets all.
 */
import { setTimeout } from 'node:timers/promises';
import { serve } from '../e2e/support/perch-process.ts';
import { type Clip, feedCommand, makeClip } from './clip/clip.ts';
import { FRAMES_PER_SECOND } from './clip/clip-format.ts';
import { DATACHANNEL, describeRounds, FORMAT, printConditions, printNotes } from './conditions.ts';
import { cpuSeconds } from './cpu-time.ts';
import { provideGstreamer } from './gstreamer.ts';
import type { BenchOptions } from './options.ts';
import { Receivers } from './receivers/receivers.ts';
import { type Sender, startBareLoop, startPerch, startWebrtcbin } from './senders/sender.ts';
import { median, spread, table } from './statistics.ts';

type Start = (port: number, command: string) => Promise<Sender>;

const SENDERS: Readonly<Record<string, Start>> = {
  perch: (port, command) => startPerch(port, `exec:${command}`),
  webrtcbin: (port, command) => startWebrtcbin(port, `exec:${command}`),
  'bare loop': startBareLoop,
  'bare loop, told of arrivals': (port, command) => startBareLoop(port, command, '--told-of-arrivals'),
};
const OTHERS = Object.keys(SENDERS).filter((name) => name !== 'perch');

/**
 * Before the measurement: what happens once (first keyframes, compilers that warm up) is over by then. What runs some
 * thousand times a second is seldom, to V8: it goes on compiling for more than a minute.
 */
const SETTLE_MS = 90_000;

const HEAD = [
  ...['sender', 'viewers', 'CPU (% of a core)', 'CPU a viewer (%)', 'µs a packet', 'packets/s'],
  ...['pictures/s, least', 'feedback/s', 'lost, most', 'SRTP'],
];

interface Measured {
  readonly cpuShare: number;
  readonly microsecondsPerPacket: number;
  readonly packetsPerSecond: number;
  /** One viewer's; fewer than the clip has are pictures that the sender left out. */
  readonly picturesPerSecond: number;
  readonly feedbackPerSecond: number;
  readonly lost: number;
  readonly srtp: string;
}

const NOTES = [
  "Processor time is the sending process's, from `/proc`, in user and kernel mode, without the program that feeds it.",
  'The bare loop is `bench/senders/bare-loop.ts`: the same library, no history, no pacing, no rate control.',
  `The viewers send transport-wide feedback as often as Chromium does, and to whom it would send it: an offer that asks for
  it and has its header extension. Perch's has, and asks for eight a second by what it says it would receive (\`b=AS\`). _Told
  of arrivals_, the bare loop's has and asks for the same; it throws the feedback away.`,
  `_Pictures/s_ is a viewer's in the worst round: well below ${FRAMES_PER_SECOND}, pictures were left out or came late.`,
  'The ciphers are those that each library chose.',
];

export async function benchFanOut({ viewers, rounds, seconds }: BenchOptions): Promise<void> {
  const clip = await makeClip();
  const gstreamer = provideGstreamer();
  const rows: string[][] = [];
  const ratioRows: string[][] = [];
  for (const count of viewers) {
    const bySender = await measureRounds(count, rounds, seconds, clip);
    for (const [name, measured] of bySender) rows.push(describe(name, count, measured));
    const against = OTHERS.map((name) => spread(ratios(bySender, name), 2));
    ratioRows.push(['ratio', String(count), ...against]);
  }
  clip.remove();
  printConditions('What a viewer costs the sender', 'fan-out', [
    DATACHANNEL,
    gstreamer,
    FORMAT,
    `clip of ${(clip.bitsPerSecond / 1e6).toFixed(2)} Mbit/s`,
    `${describeRounds(rounds, seconds)}, median (min to max)`,
  ]);
  console.log(table(HEAD, rows));
  const ratioHead = ['perch, CPU a packet', 'viewers', ...OTHERS.map((name) => `/ ${name}`)];
  console.log(`\n${table(ratioHead, ratioRows)}`);
  printNotes(NOTES);
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
      const one = await measure(start, count, seconds, clip);
      measured.get(name)?.push(one);
      console.error(`round ${round + 1}: ${describe(name, count, [one]).join(', ')}`);
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
      feedbackPerSecond: (after.feedback - before.feedback) / elapsed,
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

function describe(name: string, count: number, measured: readonly Measured[]): string[] {
  const share = median(measured.map(({ cpuShare }) => cpuShare)) * 100;
  return [
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
    median(measured.map(({ feedbackPerSecond }) => feedbackPerSecond)).toFixed(0),
    `${(Math.max(...measured.map(({ lost }) => lost)) * 100).toFixed(2)} %`,
    measured[0]?.srtp ?? '',
  ];
}

/** Each round's own, since what slows the machine down slows down its neighbours in the round too. */
function ratios(bySender: ReadonlyMap<string, readonly Measured[]>, name: string): number[] {
  const others = bySender.get(name) ?? [];
  return (bySender.get('perch') ?? []).map(
    ({ microsecondsPerPacket }, round) =>
      microsecondsPerPacket / (others[round]?.microsecondsPerPacket ?? Number.NaN),
  );
}
