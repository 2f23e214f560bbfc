/**
 * How long a sender keeps a picture: from the feeder's write into the pipe to the picture's last RTP packet at one
 * viewer on loopback. The moment of the write travels inside the picture (clip/time-mark.ts).
 *
 * webrtcbin is measured twice: as it is commonly put together, where h264parse learns from the next picture that
 * this one is whole, and with each read declared to be a whole picture, which holds only for writers like the feeder.
 */
import { setTimeout } from 'node:timers/promises';
import { serve } from '../e2e/support/perch-process.ts';
import { feedCommand, makeClip } from './clip/clip.ts';
import { FRAMES_PER_SECOND } from './clip/clip-format.ts';
import { DATACHANNEL, describeRounds, FORMAT, printConditions, printNotes } from './conditions.ts';
import { provideGstreamer } from './gstreamer.ts';
import type { BenchOptions } from './options.ts';
import { Receivers } from './receivers/receivers.ts';
import { type Sender, startPerch, startWebrtcbin } from './senders/sender.ts';
import { HEAD, median, quantile, row, table } from './statistics.ts';

const SENDERS: Readonly<Record<string, (port: number, command: string) => Promise<Sender>>> = {
  perch: (port, command) => startPerch(port, `exec:${command}`),
  webrtcbin: (port, command) => startWebrtcbin(port, `exec:${command}`),
  'webrtcbin, reads declared whole': (port, command) =>
    startWebrtcbin(port, `exec:${command}`, '--whole-reads'),
};

/** First keyframes, and what a sender caught up with, are over by then. */
const SETTLE_MS = 3_000;

const NOTES = [
  `From the write of a picture into the pipe to its last RTP packet in the program viewer. _n_ is below rounds times
  seconds times ${FRAMES_PER_SECOND} where a sender left pictures out, or sent its low layer, whose pictures hold no time mark.`,
  `h264parse knows that a picture is whole when the next one begins, 33 ms later, unless its input is declared to be
  whole pictures. Perch takes a short silence for the end (\`pipe-framer.ts\`).`,
];

export async function benchLatency({ rounds, seconds }: BenchOptions): Promise<void> {
  const clip = await makeClip();
  const command = feedCommand(clip);
  printConditions('How long a sender keeps a picture', 'latency', [
    DATACHANNEL,
    provideGstreamer(),
    FORMAT,
    `1 viewer, ${describeRounds(rounds, seconds)}`,
  ]);
  const delays = new Map<string, number[]>(Object.keys(SENDERS).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, start] of Object.entries(SENDERS)) {
      delays.get(name)?.push(...(await measure(start, command, seconds)));
    }
  }
  console.log(
    table(
      HEAD,
      [...delays].map(([name, delaysMs]) => row(name, 'ms', delaysMs, 1)),
    ),
  );
  const { perch: ours = [], ...others } = Object.fromEntries(delays);
  const shares = Object.entries(others).map(([name, theirs]) => [
    name,
    (median(ours) / median(theirs)).toFixed(2),
    (quantile(ours, 0.95) / quantile(theirs, 0.95)).toFixed(2),
  ]);
  console.log(`\n${table(['perch / other', 'median', '95 %'], shares)}`);
  printNotes(NOTES);
  clip.remove();
}

async function measure(
  start: (port: number, command: string) => Promise<Sender>,
  command: string,
  seconds: number,
): Promise<readonly number[]> {
  const { perch: server, port } = await serve();
  const sender = await start(port, command);
  const receivers = new Receivers();
  try {
    await receivers.join(port, 1);
    await setTimeout(SETTLE_MS);
    await receivers.measureDelays();
    await setTimeout(seconds * 1000);
    return await receivers.takeDelaysMs();
  } finally {
    await receivers.close();
    await sender.close();
    server.signal('SIGTERM');
    await server.end();
  }
}
