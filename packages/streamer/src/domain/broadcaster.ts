/**
 * The broadcaster's side of the wire protocol (SPEC.md): registers the stream, makes an offer to each viewer who is
 * announced, or answers the viewer's, and passes answers and candidates on to the viewer's connection.
 *
 * Owns the viewers' connections. A lost link to the server touches none of them, and neither does `viewer-left`: a
 * viewer who lost only its WebSocket looks the same as one who left, and the connection itself tells which it was.
 */
import {
  type ClientMessage,
  type ErrorCode,
  type IceServer,
  type Refusal,
  type ServerMessage,
  type ServerMessageOf,
  toErrorCode,
} from '@perch/protocol';
import type { Logger } from 'pino';
import { AwaitedOffers } from './awaited-offers.ts';
import type { Clock } from './clock.ts';
import { StreamerError } from './streamer-error.ts';
import type { CameraState } from './supervised-source.ts';
import { judgeTokenRefusal } from './token-refusal.ts';
import {
  ViewerConnection,
  type ViewerConnectionComponents,
  type ViewerConnectionEvents,
  type ViewerStats,
} from './viewer-connection.ts';
import { readViewerOffer, type ViewerOffer } from './viewer-offer.ts';
import { ViewerTable } from './viewer-table.ts';

/** A connection to the server that is open now. `send` after its end does nothing. */
export interface SignalingLink {
  send(message: ClientMessage): void;
}

export interface BroadcasterComponents extends ViewerConnectionComponents {
  /** Asks an old server for its ICE servers (SPEC.md, ICE4); resolves to an empty list where it has none. */
  readonly fetchIceServers: () => Promise<readonly IceServer[]>;
  readonly log: Logger;
}

export interface ViewerReport extends ViewerStats {
  /** The beginning of its id. */
  readonly viewer: string;
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
  readonly #maxViewers: number;
  readonly #viewers = new ViewerTable();
  readonly #awaitedOffers: AwaitedOffers;
  #link: SignalingLink | undefined;
  #cameraState: CameraState = 'live';
  #iceServers: readonly IceServer[] | Promise<readonly IceServer[]> = [];
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
    this.#maxViewers = options.maxViewers;
    this.#events = events;
    this.#awaitedOffers = new AwaitedOffers(this.#clock, (viewerId) => {
      this.#giveUp(viewerId, 'the viewer makes no offer');
    });
    this.#cancelCheck = this.#clock.after(CHECK_INTERVAL_MS, () => this.#checkViewers());
  }

  /** Viewers that there is a connection to, or one on its way. */
  get viewerCount(): number {
    return this.#viewers.size;
  }

  /** One of each viewer who is connected, the longest there first; `viewer` is as in the log. */
  stats(): readonly ViewerReport[] {
    const reports: ViewerReport[] = [];
    for (const viewerId of this.#viewers.ids()) {
      const stats = this.#viewers.get(viewerId)?.stats;
      if (stats !== undefined) reports.push({ viewer: shortId(viewerId), ...stats });
    }
    return reports;
  }

  handleLinkUp(link: SignalingLink): void {
    this.#link = link;
    const token = this.#token === undefined ? {} : { token: this.#token };
    link.send({ type: 'register', stream_id: this.#streamId, ...token });
  }

  handleLinkDown(): void {
    this.#registered = false;
    this.#link = undefined;
  }

  handleCameraState(state: CameraState): void {
    this.#cameraState = state;
    for (const viewerId of this.#viewers.ids()) this.#tellCameraState(viewerId);
  }

  handleMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'registered':
        this.#handleRegistered(message);
        return;
      case 'viewer-joined':
        this.#handleViewerJoined(message);
        return;
      case 'viewer-left':
        this.#handleViewerLeft(message);
        return;
      case 'ice-servers':
        this.#useIceServers(message.ice_servers);
        return;
      case 'offer':
        this.#handleOffer(message);
        return;
      case 'answer':
        this.#handleRefusal(message.from, this.#viewers.get(message.from)?.answer(message.sdp));
        return;
      case 'ice-candidate':
        this.#handleRefusal(message.from, this.#viewers.get(message.from)?.addCandidate(message.candidate));
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
    this.#awaitedOffers.clear();
    this.#viewers.clear();
  }

  #handleRegistered(message: ServerMessageOf<'registered'>): void {
    this.#registered = true;
    this.#wasRegistered = true;
    if (message.ice_servers === undefined) this.#iceServers = this.#components.fetchIceServers();
    // A server that sends no ICE servers may not say who is there, either (SPEC.md, REG4).
    else this.#viewers.expectAnnouncements();
    this.#events.onRegistered();
    this.#useIceServers(message.ice_servers);
  }

  /** For the viewers to come; who is connected stays so. */
  #useIceServers(iceServers: readonly IceServer[] | undefined): void {
    if (iceServers === undefined) return;
    this.#iceServers = iceServers;
    this.#events.onIceServers(iceServers);
  }

  #handleViewerJoined(message: ServerMessageOf<'viewer-joined'>): void {
    if (this.#closed) return;
    const { viewer_id: viewerId, resumed, replaces, offers = false, ice_servers } = message;
    const existing = this.#viewers.get(viewerId);
    // One that is still connecting may have lost its offer or answer together with a link to the server.
    const isKept = existing !== undefined && (offers || existing.state !== 'connecting');
    if (resumed === true && isKept) {
      this.#viewers.markKnown(viewerId, true);
      // What changed while the server was away, it was not told.
      this.#tellCameraState(viewerId);
      return;
    }
    if (resumed === true && offers) {
      // Its offer was answered once, and another connection can't come of that.
      this.#giveUp(viewerId, 'its connection is lost');
      return;
    }
    if (!this.#makeRoomFor(viewerId, replaces)) {
      this.#refuse(viewerId, 'too-many-viewers', `the camera serves ${this.#maxViewers} viewers and no more`);
      return;
    }
    this.#viewers.expect(viewerId, replaces);
    if (this.#cameraState !== 'live') this.#tellCameraState(viewerId);
    if (offers) this.#awaitedOffers.await(viewerId);
    else this.#connectWith(viewerId, ice_servers);
  }

  #handleOffer({ from: viewerId, sdp }: ServerMessageOf<'offer'>): void {
    if (!this.#awaitedOffers.take(viewerId) || !this.#viewers.isExpected(viewerId)) return;
    const offer = readViewerOffer(sdp, this.#components.broadcast.offer);
    if (offer.ok) this.#connectWith(viewerId, undefined, offer.value);
    else {
      this.#handleRefusal(viewerId, offer);
      this.#giveUp(viewerId, 'its offer was refused');
    }
  }

  #connectWith(viewerId: string, given: readonly IceServer[] | undefined, viewerOffer?: ViewerOffer): void {
    const iceServers = given ?? this.#iceServers;
    if (!('then' in iceServers)) {
      this.#connect(viewerId, iceServers, viewerOffer);
      return;
    }
    void iceServers.then((servers) => {
      if (this.#viewers.isExpected(viewerId)) this.#connect(viewerId, servers, viewerOffer);
    });
  }

  /** False where as many others are served as may be (SPEC.md, JOIN7). */
  #makeRoomFor(...viewerIds: readonly (string | undefined)[]): boolean {
    if (this.#viewers.sizeWithout(...viewerIds) < this.#maxViewers) return true;
    const gaveWay = this.#viewers.removeUnknown();
    if (gaveWay === undefined) return false;
    this.#logGone(gaveWay, 'its place was needed, and its WebSocket is lost');
    return true;
  }

  #connect(viewerId: string, iceServers: readonly IceServer[], viewerOffer?: ViewerOffer): void {
    const log = this.#log.child({ viewer: shortId(viewerId) });
    try {
      const connection = this.#connectionTo(viewerId, iceServers, viewerOffer, log);
      this.#viewers.set(viewerId, connection);
      const refusal = viewerOffer && connection.offer(viewerOffer);
      if (refusal === undefined) return;
      this.#handleRefusal(viewerId, refusal);
      this.#giveUp(viewerId, 'its offer was refused');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ reason }, 'no connection could be made');
      this.#viewers.fallBack(viewerId);
      this.#refuse(viewerId, 'refused', 'the camera could not make a connection; try again');
    }
  }

  /** Ends what there is of the viewer, and tells the server that it need not wait for it. */
  #giveUp(viewerId: string, reason: string): void {
    this.#viewers.remove(viewerId);
    this.#link?.send({ type: 'viewer-ended', viewer_id: viewerId });
    this.#logGone(viewerId, reason);
  }

  #tellCameraState(viewerId: string): void {
    this.#link?.send({ type: 'stream-state', to: viewerId, state: this.#cameraState });
  }

  #refuse(viewerId: string, code: ErrorCode, message: string): void {
    this.#link?.send({ type: 'error', to: viewerId, code, message });
  }

  #connectionTo(
    viewerId: string,
    iceServers: readonly IceServer[],
    viewerOffer: ViewerOffer | undefined,
    log: Logger,
  ): ViewerConnection {
    const events: ViewerConnectionEvents = {
      onOffer: (sdp) => this.#link?.send({ type: 'offer', to: viewerId, sdp }),
      onAnswer: (sdp) => this.#link?.send({ type: 'answer', to: viewerId, sdp }),
      onCandidate: (candidate, sdpMid) => {
        this.#link?.send({ type: 'ice-candidate', to: viewerId, candidate, sdpMid, sdpMLineIndex: 0 });
      },
      onOpen: () => {
        this.#viewers.handleOpen(viewerId);
        log.info({ viewers: this.#viewers.size }, 'viewer connected');
      },
      onEnded: (reason) => {
        if (this.#viewers.handleEnded(connection)) this.#giveUp(viewerId, reason);
      },
    };
    const connection = new ViewerConnection(this.#components, iceServers, events, viewerOffer);
    return connection;
  }

  /** A viewer who has no video yet can't get any without the server; one who has may just have lost its WebSocket. */
  #handleViewerLeft({ viewer_id: viewerId, gone }: ServerMessageOf<'viewer-left'>): void {
    this.#awaitedOffers.take(viewerId);
    if (!this.#viewers.has(viewerId)) return;
    if (gone === true) this.#viewers.remove(viewerId);
    else if (this.#viewers.isConnected(viewerId) || this.#viewers.fallBack(viewerId)) {
      this.#viewers.markKnown(viewerId, false);
      return;
    }
    this.#logGone(viewerId, 'the viewer left');
  }

  #logGone(viewerId: string, reason: string): void {
    this.#log.info({ viewer: shortId(viewerId), reason, viewers: this.#viewers.size }, 'viewer gone');
  }

  #handleRefusal(viewerId: string, refusal: Refusal | undefined): void {
    if (refusal === undefined) return;
    this.#log.warn({ viewer: shortId(viewerId), code: refusal.code, reason: refusal.reason }, 'refused');
    this.#refuse(viewerId, refusal.code, refusal.reason);
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
    for (const connection of this.#viewers.connections()) connection.checkAlive();
    if (this.#registered) {
      for (const viewerId of this.#viewers.removeUnannounced(CHECK_INTERVAL_MS)) {
        this.#logGone(viewerId, 'the server says no more of it');
      }
    }
    this.#cancelCheck = this.#clock.after(CHECK_INTERVAL_MS, () => this.#checkViewers());
  }
}

/** Enough of an id to tell viewers apart in a log, too little to take its place (SPEC.md, RESUME1). */
function shortId(viewerId: string): string {
  return viewerId.slice(0, 16);
}
