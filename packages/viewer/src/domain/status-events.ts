import { hasEnded, type Status } from './status.ts';

/** Events of `<video>` that follow from a status; `play` follows from being asked to. */
export type PlaybackEvent = 'waiting' | 'playing' | 'pause' | 'ended' | 'error';

/** Nobody watches, or tries to. */
export function isPaused(status: Status): boolean {
  return status.state === 'idle' || hasEnded(status);
}

/** What a `<video>` would tell, in its order, when one status follows another. */
export function eventsOf(before: Status, now: Status): readonly PlaybackEvent[] {
  if (isPaused(now)) {
    const pause: readonly PlaybackEvent[] = isPaused(before) ? [] : ['pause'];
    if (!hasEnded(now)) return pause;
    return [...pause, now.state === 'ended' ? 'ended' : 'error'];
  }
  if (now.state === 'live') return before.state === 'live' ? [] : ['playing'];
  return before.state === 'live' || isPaused(before) ? ['waiting'] : [];
}
