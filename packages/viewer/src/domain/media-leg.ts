import { checkUsableCandidate, checkUsableSdp, type IceServer } from '@perch/protocol';
import { takesVideo } from './codec-match.ts';
import { mediaPath } from './media-path.ts';
import type { Candidate, Media, MediaConnection, MediaEvents, Route } from './ports.ts';
import type { StreamCounters } from './stream-counters.ts';

/** A peer sends about ten candidates; more than this before an offer is a fault. */
const MAX_EARLY_CANDIDATES = 64;

export interface LegEvents extends Omit<MediaEvents, 'onCandidate'> {
  onAnswer(sdp: string): void;
  /** Never before `onAnswer`: some peers can't take a candidate before the answer. */
  onCandidate(candidate: Candidate): void;
  /** The offer can't be used. */
  onFailed(): void;
  /** The browser has none of the offer's codecs: the next offer would end in the same way. */
  onNoCodec(): void;
}

/**
 * One offer and the connection that answers it. Owns the MediaConnection and closes it. Keeps candidates of either
 * side until the other side can take them. After `close()` it reports nothing.
 */
export class MediaLeg {
  readonly #media: Media;
  readonly #events: LegEvents;
  #connection: MediaConnection | undefined;
  #theirs: Candidate[] | undefined;
  #ours: Candidate[] | undefined = [];
  #closed = false;

  constructor(media: Media, early: readonly Candidate[], events: LegEvents) {
    this.#media = media;
    this.#theirs = [...early];
    this.#events = events;
  }

  async answer(sdp: string, iceServers: readonly IceServer[] | Promise<readonly IceServer[]>): Promise<void> {
    if (checkUsableSdp(sdp) !== undefined) {
      this.#events.onFailed();
      return;
    }
    try {
      const servers = await iceServers;
      if (this.#closed) return;
      this.#connection = this.#media.open(servers, this.#guarded());
      const answer = await this.#connection.answer(sdp);
      if (this.#closed) return;
      if (!takesVideo(answer)) {
        this.#events.onNoCodec();
        return;
      }
      this.#events.onAnswer(answer);
    } catch {
      if (!this.#closed) this.#events.onFailed();
      return;
    }
    const theirs = this.#theirs ?? [];
    const ours = this.#ours ?? [];
    this.#theirs = undefined;
    this.#ours = undefined;
    for (const candidate of theirs) this.#connection.addCandidate(candidate);
    for (const candidate of ours) this.#events.onCandidate(candidate);
  }

  addCandidate(candidate: Candidate): void {
    if (this.#closed) return;
    if (this.#theirs) keepEarly(this.#theirs, candidate);
    else if (isUsable(candidate)) this.#connection?.addCandidate(candidate);
  }

  /** Undefined while there is none, or when the browser does not tell. */
  async route(): Promise<Route | undefined> {
    const path = (await this.counters())?.path;
    return path && mediaPath(path).route;
  }

  async counters(): Promise<StreamCounters | undefined> {
    return await this.#connection?.counters();
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
    this.#connection = undefined;
  }

  #guarded(): MediaEvents {
    const events = this.#events;
    return {
      onCandidate: (candidate) => {
        if (this.#closed) return;
        if (this.#ours) this.#ours.push(candidate);
        else events.onCandidate(candidate);
      },
      onConnection: (state) => !this.#closed && events.onConnection(state),
      onFrame: () => !this.#closed && events.onFrame(),
      onBlocked: (blocked) => !this.#closed && events.onBlocked(blocked),
    };
  }
}

/** Keeps a candidate that came before what it belongs to. */
export function keepEarly(kept: Candidate[], candidate: Candidate): void {
  if (kept.length < MAX_EARLY_CANDIDATES && isUsable(candidate)) kept.push(candidate);
}

function isUsable(candidate: Candidate): boolean {
  return checkUsableCandidate(candidate.candidate) === undefined;
}
