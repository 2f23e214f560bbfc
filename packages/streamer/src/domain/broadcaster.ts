/**
 * The broadcaster's side of the wire protocol (SPEC.md): registers the stream, hands on what concerns its viewers, and
 * judges what the server refuses. Owns the viewers; a lost link to the server touches none of their connections.
 */
import {
  type ClientMessage,
  type IceServer,
  type ServerMessage,
  type ServerMessageOf,
  toErrorCode,
} from '@perch/protocol';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { type EncodeJpeg, Snapshots } from './snapshots.ts';
import { StreamerError } from './streamer-error.ts';
import type { CameraState } from './supervised-source.ts';
import { judgeTokenRefusal } from './token-refusal.ts';
import { type ViewerReport, Viewers, type ViewersComponents } from './viewers.ts';

/** A connection to the server that is open now. `send` after its end does nothing. */
export interface SignalingLink {
  send(message: ClientMessage): void;
}

export interface BroadcasterComponents extends ViewersComponents {
  /** Asks an old server for its ICE servers (SPEC.md, ICE4); resolves to an empty list where it has none. */
  readonly fetchIceServers: () => Promise<readonly IceServer[]>;
  readonly encodeJpeg: EncodeJpeg;
}

export interface BroadcasterEvents {
  /** The stream is registered with the server. */
  onRegistered(): void;
  /** The viewers to come are reached by these; an old server's come with the first viewer (SPEC.md, ICE4). */
  onIceServers(iceServers: readonly IceServer[]): void;
  /** The broadcaster must not go on; it is to be closed. */
  onFailed(error: StreamerError): void;
}

export interface BroadcasterOptions {
  readonly streamId: string;
  /** The right to publish the stream; a server that is open needs none. */
  readonly token?: string | undefined;
  readonly maxViewers: number;
}

/**
 * Twenty times 2 Mbit/s is more than most homes can send, and each further viewer takes from those who watch. It also
 * bounds what strangers with the link can cost a small machine: sockets, memory and handshakes.
 */
export const DEFAULT_MAX_VIEWERS = 20;

const CHECK_INTERVAL_MS = 1_000;

export class Broadcaster {
  readonly #components: BroadcasterComponents;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #events: BroadcasterEvents;
  readonly #streamId: string;
  readonly #token: string | undefined;
  readonly #viewers: Viewers;
  readonly #snapshots: Snapshots;
  #link: SignalingLink | undefined;
  #registered = false;
  #wasRegistered = false;
  #cancelCheck: () => void;
  #closed = false;

  constructor(components: BroadcasterComponents, options: BroadcasterOptions, events: BroadcasterEvents) {
    this.#components = components;
    this.#clock = components.clock;
    this.#log = components.log;
    this.#streamId = options.streamId;
    this.#token = options.token;
    this.#events = events;
    this.#viewers = new Viewers(components, {
      maxViewers: options.maxViewers,
      send: (message) => this.#link?.send(message),
    });
    this.#snapshots = new Snapshots(components, (message) => this.#link?.send(message));
    this.#cancelCheck = this.#clock.after(CHECK_INTERVAL_MS, () => this.#checkViewers());
  }

  /** Viewers that there is a connection to, or one on its way. */
  get viewerCount(): number {
    return this.#viewers.count;
  }

  /** One of each viewer who is connected, the longest there first; `viewer` is as in the log. */
  stats(): readonly ViewerReport[] {
    return this.#viewers.stats();
  }

  handleLinkUp(link: SignalingLink): void {
    this.#link = link;
    const token = this.#token === undefined ? {} : { token: this.#token };
    link.send({ type: 'register', stream_id: this.#streamId, ...token });
  }

  handleLinkDown(): void {
    this.#registered = false;
    this.#link = undefined;
    this.#snapshots.forget();
  }

  handleCameraState(state: CameraState): void {
    this.#viewers.handleCameraState(state);
  }

  handleMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'registered':
        this.#handleRegistered(message);
        return;
      case 'viewer-joined':
        if (!this.#closed) this.#viewers.handleJoined(message);
        return;
      case 'viewer-left':
        this.#viewers.handleLeft(message);
        return;
      case 'snapshot-wanted':
        if (!this.#closed) this.#snapshots.handleWanted(message);
        return;
      case 'ice-servers':
        this.#useIceServers(message.ice_servers);
        return;
      case 'offer':
        this.#viewers.handleOffer(message);
        return;
      case 'answer':
        this.#viewers.handleAnswer(message);
        return;
      case 'ice-candidate':
        this.#viewers.handleCandidate(message);
        return;
      case 'error':
        this.#handleError(message);
        return;
      // What only viewers are sent.
      case 'joined':
      case 'broadcaster-joined':
      case 'broadcaster-left':
      case 'stream-state':
      case 'pong':
        return;
    }
  }

  /** Ends all viewers' connections. May be called twice. */
  close(): void {
    this.#closed = true;
    this.#cancelCheck();
    this.#viewers.close();
    this.#snapshots.forget();
  }

  #handleRegistered(message: ServerMessageOf<'registered'>): void {
    this.#registered = true;
    this.#wasRegistered = true;
    if (message.ice_servers === undefined) this.#viewers.useIceServers(this.#components.fetchIceServers());
    // A server that sends no ICE servers may not say who is there, either (SPEC.md, REG4).
    else this.#viewers.expectAnnouncements();
    this.#events.onRegistered();
    this.#useIceServers(message.ice_servers);
  }

  #useIceServers(iceServers: readonly IceServer[] | undefined): void {
    if (iceServers === undefined) return;
    this.#viewers.useIceServers(iceServers);
    this.#events.onIceServers(iceServers);
  }

  #handleError({ code }: ServerMessageOf<'error'>): void {
    const known = toErrorCode(code);
    // What was under way to a viewer who has just left; an old server, which has no stream-state (SPEC.md, STATE4).
    if (known === 'unknown-peer' || known === 'unknown-type') return;
    if (known === 'replaced') {
      const reason = `another streamer took over the stream "${this.#streamId}"; give one of them another --stream-id`;
      this.#events.onFailed(new StreamerError('replaced', reason));
      return;
    }
    const refusal = judgeTokenRefusal(known, { streamId: this.#streamId, wasGood: this.#wasRegistered });
    if (refusal?.final === true) this.#events.onFailed(new StreamerError('no-right', refusal.reason));
    else if (refusal !== undefined) this.#log.error({ code: known }, refusal.reason);
    else this.#log.warn({ code: known }, 'the server reports an error');
  }

  #checkViewers(): void {
    this.#viewers.checkAlive();
    if (this.#registered) this.#viewers.endUnannounced(CHECK_INTERVAL_MS);
    this.#cancelCheck = this.#clock.after(CHECK_INTERVAL_MS, () => this.#checkViewers());
  }
}
