import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a moment of `performance.now()`; false when `signal` aborted first. */
export async function sleepUntil(moment: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  try {
    await sleep(Math.max(0, moment - performance.now()), undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
