/** How long to wait before trying again: exponential with full jitter, so that many viewers do not come at once. */
import type { Random } from './ports.ts';

export interface Backoff {
  /** Before the first try, at most. */
  readonly firstMs: number;
  /** Before any try, at most. */
  readonly capMs: number;
}

/** A server that was restarted, or a network that is back, is found within a second: tries begin no further apart. */
export const SERVER_BACKOFF: Backoff = { firstMs: 250, capMs: 1_000 };

/** A server that is away for longer than a minute is not about to be back, and thousands may be looking for it. */
export const LONG_LOST_BACKOFF: Backoff = { firstMs: 250, capMs: 3_000 };

/** Each new offer costs the camera a connection and a keyframe: be slower than for a mere WebSocket. */
export const MEDIA_BACKOFF: Backoff = { firstMs: 1_000, capMs: 8_000 };

/** A server that refuses at once must not be asked in a tight loop, however the dice fall. */
export const MIN_BACKOFF_MS = 100;

/** Who is sent away with everyone else in the same moment comes back in any part of this (SPEC.md, LIFE3). */
const SPREAD_MS = 3_000;

/** `attempt` counts from 1. */
export function backoffMs(attempt: number, backoff: Backoff, random: Random): number {
  return partOf(Math.min(backoff.capMs, backoff.firstMs * 2 ** (attempt - 1)), random);
}

/** Before the first try, when everyone else was sent away in the same moment. */
export function spreadMs(random: Random): number {
  return partOf(SPREAD_MS, random);
}

function partOf(ceiling: number, random: Random): number {
  return Math.max(MIN_BACKOFF_MS, Math.floor(random() * ceiling));
}
