import type { ClientMessage, IceServer, ServerMessageOf } from '@perch/protocol';
import { keepEarly, MediaLeg } from './media-leg.ts';
import type { Candidate, Media } from './ports.ts';
import type { StreamCounters } from './stream-counters.ts';

export interface LegsEvents {
  /** Answers and candidates, for the one who made the offer. */
  onSend(message: ClientMessage): void;
  /** The newest connection's. */
  onConnection(state: 'connected' | 'disconnected' | 'failed'): void;
  /** The newest connection's. */
  onBlocked(blocked: boolean): void;
  /** The newest connection has its first picture; the older one is closed. `onFrame` follows. */
  onTakenOver(): void;
  /** The newest connection's first frame was shown. */
  onFirstFrame(leg: MediaLeg): void;
  /** A frame of either connection was shown. */
  onFrame(): void;
  /** The offer can't be used. */
  onFailed(): void;
  /** The browser has none of the camera's codecs. */
  onNoCodec(): void;
}

/**
 * A viewer's connections: the newest and, while that one has no picture yet, the one whose picture still moves
 * (SPEC.md, RESUME4). Makes one for each offer, owns both, and closes what is replaced.
 */
export class MediaLegs {
  readonly #media: Media;
  readonly #events: LegsEvents;
  #newest: MediaLeg | undefined;
  #shown: MediaLeg | undefined;
  #early: Candidate[] = [];
  #hasPicture = false;

  constructor(media: Media, events: LegsEvents) {
    this.#media = media;
    this.#events = events;
  }

  get isEmpty(): boolean {
    return this.#newest === undefined;
  }

  /** An older connection is shown until the newest has a picture. */
  get isRenewing(): boolean {
    return this.#shown !== undefined;
  }

  /** Of the connection whose picture is shown. */
  async counters(): Promise<StreamCounters | undefined> {
    return await (this.#shown ?? this.#newest)?.counters();
  }

  /** Makes the newest connection. With `keepsPicture` the one that has a picture stays until the newest has one. */
  answer(
    { from: to, sdp }: ServerMessageOf<'offer'>,
    iceServers: readonly IceServer[] | Promise<readonly IceServer[]>,
    { keepsPicture }: { keepsPicture: boolean },
  ): void {
    const events = this.#events;
    const leg: MediaLeg = new MediaLeg(this.#media, this.#early, {
      onAnswer: (answer) => events.onSend({ type: 'answer', to, sdp: answer }),
      onCandidate: (candidate) => {
        if (this.#newest === leg) events.onSend({ type: 'ice-candidate', to, ...candidate });
      },
      onConnection: (state) => this.#newest === leg && events.onConnection(state),
      onFrame: () => this.#handleFrame(leg),
      onBlocked: (blocked) => this.#newest === leg && events.onBlocked(blocked),
      onFailed: () => events.onFailed(),
      onNoCodec: () => events.onNoCodec(),
    });
    this.#early = [];
    if (!keepsPicture) this.close();
    else if (this.#shown === undefined) this.#shown = this.#newest;
    else this.#newest?.close();
    this.#newest = leg;
    this.#hasPicture = false;
    void leg.answer(sdp, iceServers);
  }

  /** While an offer is due a candidate may belong to it or to the connection that is there: both get it. */
  addCandidate(message: ServerMessageOf<'ice-candidate'>, { isOfferDue }: { isOfferDue: boolean }): void {
    const { candidate, sdpMid, sdpMLineIndex } = message;
    const kept: Candidate = {
      candidate,
      ...(sdpMid !== undefined && { sdpMid }),
      ...(sdpMLineIndex !== undefined && { sdpMLineIndex }),
    };
    this.#newest?.addCandidate(kept);
    if (this.isEmpty || isOfferDue) keepEarly(this.#early, kept);
  }

  /** Candidates that came ahead belong to an offer that will not come. */
  forgetEarly(): void {
    this.#early = [];
  }

  /** Only the newest is left: it has a picture, or the older one has none any more. */
  settle(): void {
    this.#shown?.close();
    this.#shown = undefined;
  }

  /** The newest can't be finished; true where the older one takes its place again. */
  fallBack(): boolean {
    if (this.#shown === undefined) return false;
    this.#newest?.close();
    this.#newest = this.#shown;
    this.#shown = undefined;
    this.#hasPicture = true;
    return true;
  }

  close(): void {
    this.settle();
    this.#newest?.close();
    this.#newest = undefined;
  }

  #handleFrame(leg: MediaLeg): void {
    if (this.isRenewing && this.#newest === leg) {
      this.settle();
      this.#events.onTakenOver();
    }
    if (this.#newest === leg && !this.#hasPicture) {
      this.#hasPicture = true;
      this.#events.onFirstFrame(leg);
    }
    this.#events.onFrame();
  }
}
