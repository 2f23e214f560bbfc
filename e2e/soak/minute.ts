/** One minute of a soak: people come and go, something breaks among them, all leave, and then it is measured. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FAULTS, type FaultName } from './faults.ts';
import type { Installation } from './installation.ts';
import type { PassersBy, Passing } from './passers-by.ts';
import { quietSample, type Sample } from './sample.ts';
import type { Seen, Stayer } from './stayer.ts';

/** Some are there by then. */
const FAULT_AFTER_MS = 12_000;

/** Leaves the slowest fault (network cut for 10 s, then silence noticed) time to mend while people go on coming. */
const LEAVE_AFTER_MS = 42_000;

const MINUTE_MS = 60_000;

/** From the fault to the end of the churn. */
export interface SeenBy extends Seen {
  readonly stayer: string;
}

export interface Minute {
  readonly fault: FaultName | undefined;
  readonly seen: readonly SeenBy[];
  readonly passing: Passing;
  readonly sample: Sample;
}

export interface Cast {
  readonly installation: Installation;
  readonly stayers: readonly Stayer[];
  readonly passersBy: PassersBy;
}

export async function playMinute(
  { installation, stayers, passersBy }: Cast,
  fault: FaultName | undefined,
  signal: AbortSignal,
): Promise<Minute> {
  const startMs = performance.now();
  const until = (ms: number): Promise<void> =>
    sleep(Math.max(0, startMs + ms - performance.now()), undefined, { signal });
  passersBy.start();
  await until(FAULT_AFTER_MS);
  for (const stayer of stayers) await stayer.startClock();
  if (fault !== undefined) await FAULTS[fault].strike(installation, signal);
  await until(LEAVE_AFTER_MS);
  const seen = await Promise.all(
    stayers.map(async (stayer) => ({ stayer: stayer.name, ...(await stayer.look()) })),
  );
  await passersBy.stop();
  const sample = await quietSample(installation, stayers.length, signal);
  await until(MINUTE_MS);
  return { fault, seen, passing: passersBy.passing, sample };
}
