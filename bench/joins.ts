/**
 * Many joins, one after the other: from a program viewer's `join` to its first RTP packet, as a histogram. What waits
 * for a timer shows as a second hill: a lost DTLS packet, for one, is sent again after a second.
 */
import { serve } from '../e2e/support/perch-process.ts';
import { feedCommand, makeClip } from './clip/clip.ts';
import { DATACHANNEL, FORMAT, printConditions } from './conditions.ts';
import type { BenchOptions } from './options.ts';
import { Receivers } from './receivers/receivers.ts';
import { startPerch } from './senders/sender.ts';
import { HEAD, row, table } from './statistics.ts';

/** Upper ends; narrow where joins should be, and around the timers of one and three seconds. */
const BUCKETS_MS = [10, 25, 50, 75, 100, 150, 200, 300, 500, 900, 1100, 2900, 3300];

export async function benchJoins({ joins }: BenchOptions): Promise<void> {
  const clip = await makeClip();
  const { perch: server, port } = await serve();
  const sender = await startPerch(port, `exec:${feedCommand(clip)}`);
  const receivers = new Receivers();
  printConditions('Join to first packet', 'joins', [
    DATACHANNEL,
    FORMAT,
    'perch serve, perch stream, one program viewer at a time',
  ]);
  const times: number[] = [];
  let failed = 0;
  for (let join = 0; join < joins; join++) {
    const took = await receivers.joinAndLeave(port);
    if (took === undefined) failed++;
    else times.push(took);
  }
  const histogram = [...BUCKETS_MS, Number.POSITIVE_INFINITY].map((to, position) => {
    const from = BUCKETS_MS[position - 1] ?? 0;
    const count = times.filter((time) => time >= from && time < to).length;
    const range = Number.isFinite(to) ? `${from} to ${to}` : `${from} and more`;
    return [range, String(count), `${((count / joins) * 100).toFixed(1)} %`];
  });
  console.log(`${table(HEAD, [row('join to first packet', 'ms', times)])}\n`);
  console.log(table(['took (ms)', 'joins', 'share'], histogram));
  console.log(`\nFailed: ${failed} of ${joins}.`);
  await receivers.close();
  await sender.close();
  server.signal('SIGTERM');
  await server.end();
  clip.remove();
}
