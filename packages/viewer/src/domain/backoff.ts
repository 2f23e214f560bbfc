/** How long to wait before trying again: exponential with full jitter, so that many viewers do not come at once. */
import type { Random } from './ports.ts';

export interface Backoff {
  /** Before the first try, at most. */
  readonly firstMs: number;
  /** Before any try, at most. */
  readonly capMs: number;
}

/** A restarted server is found within 3 s. */
export const SERVER_BACKOFF: Backoff = { firstMs: 250, capMs: 3_000 };

/** Each new offer costs the camera a connection and a keyframe: be slower than for a mere WebSocket. */
export const MEDIA_BACKOFF: Backoff = { firstMs: 1_000, capMs: 8_000 };

/** A server that refuses at once must not be asked in a tight loop, however the dice fall. */
export const MIN_BACKOFF_MS = 100;

/** `attempt` counts from 1. */
export function backoffMs(attempt: number, backoff: Backoff, random: Random): number {
  return partOf(Math.min(backoff.capMs, backoff.firstMs * 2 ** (attempt - 1)), random);
}

/** Before the first try, when everyone else was sent away in the same moment: any part of the longest wait. */
export function spreadMs(backoff: Backoff, random: Random): number {
  return partOf(backoff.capMs, random);
}

function partOf(ceiling: number, random: Random): number {
  return Math.max(MIN_BACKOFF_MS, Math.floor(random() * ceiling));
}
