/**
 * The broadcaster's side of the wire protocol (SPEC.md): registers the stream, makes an offer to each viewer who is
 * announced, and passes answers and candidates on to the viewer's connection.
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
import type { Clock } from './clock.ts';
import { StreamerError } from './streamer-error.ts';
import type { CameraState } from './supervised-source.ts';
import { ViewerConnection, type ViewerConnectionComponents, type ViewerStats } from './viewer-connection.ts';
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
  readonly #maxViewers: number;
  readonly #viewers = new ViewerTable();
  #link: SignalingLink | undefined;
  #cameraState: CameraState = 'live';
  #iceServers: readonly IceServer[] | Promise<readonly IceServer[]> = [];
  #cancelCheck: () => void;
  #closed = false;

  constructor(components: BroadcasterComponents, options: BroadcasterOptions, events: BroadcasterEvents) {
    this.#components = components;
    this.#clock = components.clock;
    this.#log = components.log;
    this.#streamId = options.streamId;
    this.#maxViewers = options.maxViewers;
    this.#events = events;
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
    link.send({ type: 'register', stream_id: this.#streamId });
  }

  handleLinkDown(): void {
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
      case 'offer':
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
    this.#viewers.clear();
  }

  #handleRegistered(message: ServerMessageOf<'registered'>): void {
    this.#iceServers = message.ice_servers ?? this.#components.fetchIceServers();
    this.#events.onRegistered();
    if (message.ice_servers !== undefined) this.#events.onIceServers(message.ice_servers);
  }

  #handleViewerJoined(message: ServerMessageOf<'viewer-joined'>): void {
    if (this.#closed) return;
    const { viewer_id: viewerId, resumed, replaces, ice_servers } = message;
    const existing = this.#viewers.get(viewerId);
    // One that is still connecting may have lost its offer or answer together with a link to the server.
    if (resumed === true && existing !== undefined && existing.state !== 'connecting') {
      this.#viewers.markKnown(viewerId, true);
      // What changed while the server was away, it was not told.
      this.#tellCameraState(viewerId);
      return;
    }
    if (!this.#makeRoomFor(viewerId, replaces)) {
      this.#refuse(viewerId, 'too-many-viewers', `the camera serves ${this.#maxViewers} viewers and no more`);
      return;
    }
    this.#viewers.expect(viewerId, replaces);
    if (this.#cameraState !== 'live') this.#tellCameraState(viewerId);
    const iceServers = ice_servers ?? this.#iceServers;
    if (!('then' in iceServers)) {
      this.#offer(viewerId, iceServers);
      return;
    }
    void iceServers.then((servers) => {
      if (this.#viewers.isExpected(viewerId)) this.#offer(viewerId, servers);
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

  #offer(viewerId: string, iceServers: readonly IceServer[]): void {
    const log = this.#log.child({ viewer: shortId(viewerId) });
    try {
      this.#viewers.set(viewerId, this.#connect(viewerId, iceServers, log));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ reason }, 'no connection could be made');
      this.#viewers.fallBack(viewerId);
      this.#refuse(viewerId, 'refused', 'the camera could not make a connection; try again');
    }
  }

  #tellCameraState(viewerId: string): void {
    this.#link?.send({ type: 'stream-state', to: viewerId, state: this.#cameraState });
  }

  #refuse(viewerId: string, code: ErrorCode, message: string): void {
    this.#link?.send({ type: 'error', to: viewerId, code, message });
  }

  #connect(viewerId: string, iceServers: readonly IceServer[], log: Logger): ViewerConnection {
    const connection: ViewerConnection = new ViewerConnection(this.#components, iceServers, {
      onOffer: (sdp) => this.#link?.send({ type: 'offer', to: viewerId, sdp }),
      onCandidate: (candidate, sdpMid) => {
        this.#link?.send({ type: 'ice-candidate', to: viewerId, candidate, sdpMid, sdpMLineIndex: 0 });
      },
      onOpen: () => {
        this.#viewers.handleOpen(viewerId);
        log.info({ viewers: this.#viewers.size }, 'viewer connected');
      },
      onEnded: (reason) => {
        if (this.#viewers.handleEnded(connection)) this.#logGone(viewerId, reason);
      },
    });
    return connection;
  }

  /** A viewer who has no video yet can't get any without the server; one who has may just have lost its WebSocket. */
  #handleViewerLeft({ viewer_id: viewerId, gone }: ServerMessageOf<'viewer-left'>): void {
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
    this.#log.warn({ code: known }, 'the server reports an error');
  }

  #checkViewers(): void {
    for (const connection of this.#viewers.connections()) connection.checkAlive();
    this.#cancelCheck = this.#clock.after(CHECK_INTERVAL_MS, () => this.#checkViewers());
  }
}

/** Enough of an id to tell viewers apart in a log, too little to take its place (SPEC.md, RESUME1). */
function shortId(viewerId: string): string {
  return viewerId.slice(0, 16);
}
