/**
 * One viewer who watches by WHEP (SPEC.md, WHEP rules): a Connection without a socket. What the rooms send it is kept
 * as far as the player is told of it, which is the answer to its offer, once.
 *
 * Owns its Connection, and with it its place in the room, and the ICE servers that the player keeps. Ends when it is told to, when its broadcaster says that it is
 * over or stays away, or when its right does.
 */
import {
  type ClientMessageOf,
  type IceServer,
  type Refusal,
  refuse,
  type ServerMessage,
  toErrorCode,
} from '@perch/protocol';
import { Connection, type ConnectionComponents, costOfText } from '../connection.ts';
import type { AddressUse } from '../limits/address-book.ts';
import type { Departure, Peer } from '../peer.ts';
import type { Cancel, Scheduler } from '../scheduler.ts';
import type { IceServerSession, IceServerSource } from '../turn/ice-session.ts';

/** A broadcaster gathers its candidates for a second at most; a slow network takes the rest. */
export const ANSWER_WITHIN_MS = 8_000;

/** A camera whose network changed is back within seconds; its media may have gone on meanwhile. */
export const BROADCASTER_BACK_WITHIN_MS = 60_000;

/** As short a message as there is (LIMIT4). */
const JOIN_COST = 1;

export interface WhepComponents extends ConnectionComponents {
  readonly iceServers: Pick<IceServerSource, 'open' | 'once'>;
  readonly scheduler: Scheduler;
  /** 22 base64url characters, 128 bits that can't be guessed. */
  readonly randomToken: () => string;
  /** Names a connection in the log. */
  readonly nextConnectionId: () => string;
}

export interface WhepRequest {
  readonly streamId: string;
  readonly sdp: string;
  readonly token: string | undefined;
  readonly address: AddressUse;
}

/** What became of an offer. */
export type WhepOutcome =
  | { readonly state: 'answered'; readonly sdp: string; readonly iceServers: readonly IceServer[] }
  | { readonly state: 'refused'; readonly refusal: Refusal }
  | { readonly state: 'no-answer' };

type State =
  | { readonly state: 'waiting'; readonly settle: (outcome: WhepOutcome) => void }
  /** The answer is here, the ICE servers that go with it are not. */
  | { readonly state: 'answering'; readonly settle: (outcome: WhepOutcome) => void }
  | { readonly state: 'answered' }
  | { readonly state: 'ended' };

type Candidate = Omit<ClientMessageOf<'ice-candidate'>, 'type' | 'to'>;

export class WhepSession implements Peer {
  /** Whoever knows it may end the session. */
  readonly id: string;
  readonly etag: string;
  readonly streamId: string;
  /** What the player's ICE agent calls itself; another one is a restart. */
  readonly userFragments: ReadonlySet<string>;
  /** What it is told is not sent to anyone. */
  readonly isBehind = false;
  readonly #components: WhepComponents;
  readonly #connection: Connection;
  readonly #onEnded: () => void;
  #state: State | undefined;
  #iceServers: Promise<IceServerSession> | undefined;
  #cancelTimer: Cancel = () => undefined;

  constructor(components: WhepComponents, request: WhepRequest, onEnded: () => void) {
    const { streamId, sdp, token, address } = request;
    this.id = components.randomToken();
    this.etag = `"${components.randomToken()}"`;
    this.streamId = streamId;
    this.userFragments = new Set([...sdp.matchAll(/^a=ice-ufrag:(\S+)/gmu)].map(([, name = '']) => name));
    this.#components = components;
    this.#onEnded = onEnded;
    const connectionId = components.nextConnectionId();
    this.#connection = new Connection(components, this, { connectionId, address, token, offers: true });
  }

  /** Joins, and sends the offer to the broadcaster. To be called once; whatever but an answer ends the session. */
  open(sdp: string): Promise<WhepOutcome> {
    const outcome = new Promise<WhepOutcome>((settle) => {
      this.#state = { state: 'waiting', settle };
    });
    const { scheduler, iceServers } = this.#components;
    this.#cancelTimer = scheduler.after(ANSWER_WITHIN_MS, () => this.#fail({ state: 'no-answer' }));
    const refusal =
      this.#connection.charge(JOIN_COST + costOfText(sdp)) ??
      this.#connection.handle({ type: 'join', stream_id: this.streamId }) ??
      this.#connection.handle({ type: 'offer', to: this.streamId, sdp });
    if (refusal !== undefined) this.#fail({ state: 'refused', refusal });
    // While the broadcaster makes its answer.
    else this.#iceServers = iceServers.once(true);
    return outcome;
  }

  /** All of one request. Those after a refused one are not passed on; the session goes on. */
  addCandidates(candidates: readonly Candidate[]): Refusal | undefined {
    let refusal = this.#connection.charge(candidates.length);
    for (const candidate of candidates) {
      refusal ??= this.#connection.handle({ type: 'ice-candidate', to: this.streamId, ...candidate });
    }
    // Where the broadcaster is away, a candidate is lost, and nobody is to blame.
    return refusal?.code === 'unknown-peer' ? undefined : refusal;
  }

  checkTime(): void {
    this.#connection.checkTime();
  }

  checkRevoked(tokenIds: ReadonlySet<string>): void {
    this.#connection.checkRevoked(tokenIds);
  }

  /** The player or the broadcaster ends it, or the server, without whom the media may go on. May be called twice. */
  end(how: Departure = 'left'): void {
    this.#fail({ state: 'refused', refusal: refuse('server-closing', 'The session was ended') }, how);
  }

  /** As Peer: what a viewer is told. */
  send(message: ServerMessage): void {
    switch (message.type) {
      case 'answer':
        void this.#handleAnswer(message.sdp);
        return;
      case 'error':
        // One that has its answer is told nothing more: its player could not be.
        if (this.#state?.state === 'waiting') this.#handleError(message);
        return;
      case 'broadcaster-left':
        this.#handleBroadcasterLeft();
        return;
      case 'broadcaster-joined':
        this.#cancelTimer();
        return;
      default:
        return;
    }
  }

  /** As Peer: what it was is over. */
  close(): void {
    this.end();
  }

  async #handleAnswer(sdp: string): Promise<void> {
    if (this.#state?.state !== 'waiting') return;
    const { settle } = this.#state;
    this.#state = { state: 'answering', settle };
    this.#cancelTimer();
    this.#connection.handleAnswered();
    const iceServers = (await this.#iceServers)?.current.iceServers ?? [];
    if (this.#isEnded) return;
    this.#state = { state: 'answered' };
    settle({ state: 'answered', sdp, iceServers });
  }

  get #isEnded(): boolean {
    return this.#state?.state === 'ended';
  }

  #handleError({ code, message }: Extract<ServerMessage, { type: 'error' }>): void {
    this.#fail({ state: 'refused', refusal: refuse(toErrorCode(code), message) });
  }

  #handleBroadcasterLeft(): void {
    if (this.#state?.state !== 'answered') {
      const refusal = refuse('stream-not-available', 'The camera went away; come back in a moment');
      this.#fail({ state: 'refused', refusal });
      return;
    }
    this.#cancelTimer();
    this.#cancelTimer = this.#components.scheduler.after(BROADCASTER_BACK_WITHIN_MS, () => this.end());
  }

  #fail(outcome: WhepOutcome, how: Departure = 'left'): void {
    const before = this.#state;
    if (before?.state === 'ended') return;
    this.#state = { state: 'ended' };
    this.#cancelTimer();
    this.#connection.end(how);
    void this.#iceServers?.then((session) => session.close(how === 'left' ? 'gone' : 'media-goes-on'));
    this.#onEnded();
    if (before !== undefined && 'settle' in before) before.settle(outcome);
  }
}
