/** A page that is watched while something is away, and how soon it is back: within two seconds of the fault's end. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { backAfterMs, type RecoveryLog, startRecoveryLog, toldAfterMs, wasTold } from './recovery-log.ts';
import type { ViewerPage } from './viewer-page.ts';

const BACK_WITHIN_MS = 2_000;

/** From navigation to the first picture, on a machine that does nothing else. */
const FIRST_PICTURE_MS = 500;

export const watching = (port: number, streamId = 'pi-camera-stream'): string =>
  `http://127.0.0.1:${port}/watch/${streamId}`;

/** Waits until it is live, and writes down from then on what it says and shows. */
export async function beginLog(viewer: ViewerPage): Promise<void> {
  await viewer.reaches('live');
  await viewer.page.evaluate(startRecoveryLog);
  await viewer.shows(5);
}

export const logOf = ({ page }: { readonly page: Page }): Promise<RecoveryLog> =>
  page.evaluate(() => window.recoveryLog);

export interface Fault {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The page was told of the fault, and was back in time when it was over. */
export async function expectRecovery(
  log: () => Promise<RecoveryLog>,
  fault: Fault,
  firstPictureMs: () => Promise<number>,
): Promise<void> {
  const seen = await expectBack(log, fault, firstPictureMs);
  expect(wasTold(seen, fault.startedAt, Date.now()), 'the fault was noticed').toBe(true);
}

/**
 * The page was back in time. A busy machine is late with everything: what a new page's first picture takes too long just then,
 * this one may take, too. Resolves with the log as it was then.
 */
export async function expectBack(
  log: () => Promise<RecoveryLog>,
  { name, startedAt, endedAt }: Fault,
  firstPictureMs: () => Promise<number>,
): Promise<RecoveryLog> {
  await expect.poll(async () => backAfterMs(await log(), endedAt)).toBeDefined();
  const seen = await log();
  const backMs = backAfterMs(seen, endedAt) ?? Number.POSITIVE_INFINITY;
  const lateMs = backMs < BACK_WITHIN_MS ? 0 : Math.max(0, (await firstPictureMs()) - FIRST_PICTURE_MS);
  console.log(name, { toldMs: toldAfterMs(seen, startedAt), backMs, lateMs });
  expect(backMs, name).toBeLessThan(BACK_WITHIN_MS + lateMs);
  return seen;
}
