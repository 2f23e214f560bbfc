import type { MediaPhase } from './media-tries.ts';
import type { CameraState } from './room.ts';
import type { LinkState } from './server-link.ts';
import type { Status } from './status.ts';

export interface MediaFacts {
  readonly isMoving: boolean;
  /** No frame came for longer than is usual: another connection is asked for if none comes in a moment. */
  readonly isStill: boolean;
  readonly phase: MediaPhase;
  /** Tries in a row that came to nothing. */
  readonly failures: number;
  /** The browser plays only after a touch. */
  readonly isBlocked: boolean;
  /** A direct connection is tried alone, and takes too long. */
  readonly directIsSlow: boolean;
  /** Why the server gave no relay. */
  readonly noRelay: string | undefined;
}

export interface Facts {
  readonly link: LinkState;
  readonly room: { readonly joined: boolean; readonly camera: CameraState };
  readonly media: MediaFacts;
}

/** What the person is told of a session that goes on: the first that fits. */
export function statusOf({ link, room, media }: Facts): Status {
  if (media.isMoving) return { state: 'live', serverLost: link.state !== 'open' };
  if (link.state === 'down' || (link.state === 'opening' && link.attempt > 0)) {
    const retryInMs = link.state === 'down' ? link.retryInMs : 0;
    const why = link.refusesPage ? 'page' : 'server';
    return { state: 'reconnecting', attempt: link.attempt, retryInMs, why };
  }
  if (link.state !== 'open') return { state: 'connecting', step: 'server' };
  if (room.camera === 'absent') return { state: 'waiting-for-camera' };
  if (room.camera === 'restarting') return { state: 'camera-restarting' };
  if (media.isBlocked) return { state: 'connecting', step: 'tap' };
  const noRelay = media.noRelay !== undefined && { noRelay: media.noRelay };
  if (media.failures > 0 || media.isStill) {
    const retryInMs = media.phase.phase === 'lost' ? media.phase.retryInMs : 0;
    const attempt = Math.max(1, media.failures);
    return { state: 'reconnecting', attempt, retryInMs, why: 'media', ...noRelay };
  }
  if (!room.joined) return { state: 'connecting', step: 'joining' };
  return {
    state: 'connecting',
    step: media.phase.phase === 'asking' ? 'waiting-for-offer' : 'media',
    ...(media.directIsSlow && noRelay),
  };
}
