/** When a page said what, and when it showed pictures: how long after a fault had ended its viewer saw the camera again. */
import type { Status } from '@perch/viewer';

export interface RecoveryLog {
  /** Times are Unix milliseconds: all processes of a test share one clock. */
  readonly statuses: { readonly at: number; readonly status: Status }[];
  readonly pictures: number[];
}

declare global {
  interface Window {
    recoveryLog: RecoveryLog;
  }
}

/** Runs in the page. */
export function startRecoveryLog(): void {
  const player = document.querySelector('perch-player');
  const video = player?.videoElement;
  if (!player || !video) throw new Error('no player');
  const log: RecoveryLog = { statuses: [{ at: Date.now(), status: player.status }], pictures: [] };
  window.recoveryLog = log;
  player.addEventListener('statuschange', () => {
    log.statuses.push({ at: Date.now(), status: player.status });
  });
  video.requestVideoFrameCallback(function shown() {
    video.requestVideoFrameCallback(shown);
    log.pictures.push(Date.now());
  });
}

/** Pictures move and the server is there. */
function isWhole(status: Status | undefined): boolean {
  return status?.state === 'live' && !status.serverLost;
}

/** Whether the person was told that something is wrong between these times. */
export function wasTold({ statuses }: RecoveryLog, fromMs: number, toMs: number): boolean {
  return statuses.some(({ at, status }) => at >= fromMs && at <= toMs && !isWhole(status));
}

/** From `endedAt` to the first picture with nothing wrong any more; undefined where it has not come yet. */
export function backAfterMs({ statuses, pictures }: RecoveryLog, endedAt: number): number | undefined {
  const before = statuses.findLast(({ at }) => at <= endedAt);
  const wholeAt = isWhole(before?.status)
    ? endedAt
    : statuses.find(({ at, status }) => at > endedAt && isWhole(status))?.at;
  const seenAt = wholeAt && pictures.find((at) => at >= wholeAt);
  return seenAt && seenAt - endedAt;
}

/** From `startedAt` to when the person was first told that something is wrong. */
export function toldAfterMs({ statuses }: RecoveryLog, startedAt: number): number | undefined {
  const told = statuses.find(({ at, status }) => at >= startedAt && !isWhole(status));
  return told && told.at - startedAt;
}

/** From the last picture before the person was first told that something is wrong, after `startedAt`. */
export function stoodUntoldMs({ statuses, pictures }: RecoveryLog, startedAt: number): number | undefined {
  const told = statuses.find(({ at, status }) => at >= startedAt && !isWhole(status));
  const last = pictures.findLast((at) => told !== undefined && at <= told.at);
  return told && last && told.at - last;
}
