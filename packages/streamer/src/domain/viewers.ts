/**
 * Those who watch, or are about to: who gets a place, how a connection to each is made - by our offer, or by our answer to
 * the viewer's - and how each ends.
 *
 * Owns their connections. `viewer-left` does not end one that works: a viewer who lost only its WebSocket looks the same
 * as one who left, and the connection itself tells which it was.
 */
import {
  type ClientMessage,
  type ErrorCode,
  type IceServer,
  oneLine,
  type Refusal,
  type ServerMessageOf,
} from '@perch/protocol';
import type { Logger } from 'pino';
import { AwaitedOffers } from './awaited-offers.ts';
import type { CameraState } from './supervised-source.ts';
import {
  ViewerConnection,
  type ViewerConnectionComponents,
  type ViewerConnectionEvents,
  type ViewerStats,
} from './viewer-connection.ts';
import { readViewerOffer, type ViewerOffer } from './viewer-offer.ts';
import { ViewerTable } from './viewer-table.ts';

/** A viewer that means well has none or a few. Each costs the broadcaster one of the messages that it may send (LIMIT4). */
export const REFUSALS_TOLD = 5;

export interface ViewersComponents extends ViewerConnectionComponents {
  readonly log: Logger;
}

export interface ViewerReport extends ViewerStats {
  /** The beginning of its id. */
  readonly viewer: string;
}

export interface ViewersOptions {
  readonly maxViewers: number;
  /** Sends to the server, as long as there is a link to it. */
  readonly send: (message: ClientMessage) => void;
}

export class Viewers {
  readonly #components: ViewersComponents;
  readonly #log: Logger;
  readonly #maxViewers: number;
  readonly #send: (message: ClientMessage) => void;
  readonly #table = new ViewerTable();
  readonly #awaitedOffers: AwaitedOffers;
  #iceServers: readonly IceServer[] | Promise<readonly IceServer[]> = [];
  #cameraState: CameraState = 'live';

  constructor(components: ViewersComponents, { maxViewers, send }: ViewersOptions) {
    this.#components = components;
    this.#log = components.log;
    this.#maxViewers = maxViewers;
    this.#send = send;
    this.#awaitedOffers = new AwaitedOffers(components.clock, (viewerId) => {
      this.#giveUp(viewerId, 'the viewer makes no offer');
    });
  }

  /** Those that there is a connection to, or one on its way. */
  get count(): number {
    return this.#table.size;
  }

  /** One of each viewer who is connected, the longest there first; `viewer` is as in the log. */
  stats(): readonly ViewerReport[] {
    const reports: ViewerReport[] = [];
    for (const viewerId of this.#table.ids()) {
      const stats = this.#table.get(viewerId)?.stats;
      if (stats !== undefined) reports.push({ viewer: shortId(viewerId), ...stats });
    }
    return reports;
  }

  /** For the viewers to come; who is connected stays so. */
  useIceServers(iceServers: readonly IceServer[] | Promise<readonly IceServer[]>): void {
    this.#iceServers = iceServers;
  }

  handleCameraState(state: CameraState): void {
    this.#cameraState = state;
    for (const viewerId of this.#table.ids()) this.#tellCameraState(viewerId);
  }

  /** The server is to announce anew whom it knows. */
  expectAnnouncements(): void {
    this.#table.expectAnnouncements();
  }

  handleJoined(message: ServerMessageOf<'viewer-joined'>): void {
    const { viewer_id: viewerId, resumed, replaces, offers = false, ice_servers } = message;
    const existing = this.#table.get(viewerId);
    // One that is still connecting may have lost its offer or answer together with a link to the server.
    const isKept = existing !== undefined && (offers || existing.state !== 'connecting');
    if (resumed === true && isKept) {
      this.#table.markKnown(viewerId, true);
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
    this.#table.expect(viewerId, replaces);
    if (this.#cameraState !== 'live') this.#tellCameraState(viewerId);
    if (offers) this.#awaitedOffers.await(viewerId);
    else this.#connectWith(viewerId, ice_servers);
  }

  handleOffer({ from: viewerId, sdp }: ServerMessageOf<'offer'>): void {
    if (!this.#awaitedOffers.take(viewerId) || !this.#table.isExpected(viewerId)) return;
    const offer = readViewerOffer(sdp, this.#components.broadcast.offer);
    if (offer.ok) this.#connectWith(viewerId, undefined, offer.value);
    else {
      this.#handleRefusal(viewerId, offer);
      this.#giveUp(viewerId, 'its offer was refused');
    }
  }

  handleAnswer({ from: viewerId, sdp }: ServerMessageOf<'answer'>): void {
    this.#handleRefusal(viewerId, this.#table.get(viewerId)?.answer(sdp));
  }

  handleCandidate({ from: viewerId, candidate }: ServerMessageOf<'ice-candidate'>): void {
    this.#handleRefusal(viewerId, this.#table.get(viewerId)?.addCandidate(candidate));
  }

  /** A viewer who has no video yet can't get any without the server; one who has may just have lost its WebSocket. */
  handleLeft({ viewer_id: viewerId, gone }: ServerMessageOf<'viewer-left'>): void {
    this.#awaitedOffers.take(viewerId);
    if (!this.#table.has(viewerId)) return;
    if (gone === true) this.#table.remove(viewerId);
    else if (this.#table.isConnected(viewerId) || this.#table.fallBack(viewerId)) {
      this.#table.markKnown(viewerId, false);
      return;
    }
    this.#logGone(viewerId, 'the viewer left');
  }

  /** To be called now and then: ends the connections that are dead. */
  checkAlive(): void {
    for (const connection of this.#table.connections()) connection.checkAlive();
  }

  /** The broadcaster was registered for so long: ends those whom the server should have announced by now. */
  endUnannounced(passedMs: number): void {
    for (const viewerId of this.#table.removeUnannounced(passedMs)) {
      this.#logGone(viewerId, 'the server says no more of it');
    }
  }

  /** Ends all connections. May be called twice. */
  close(): void {
    this.#awaitedOffers.clear();
    this.#table.clear();
  }

  /** False where as many others are served as may be (SPEC.md, JOIN7). */
  #makeRoomFor(...viewerIds: readonly (string | undefined)[]): boolean {
    if (this.#table.sizeWithout(...viewerIds) < this.#maxViewers) return true;
    const gaveWay = this.#table.removeUnknown();
    if (gaveWay === undefined) return false;
    this.#logGone(gaveWay, 'its place was needed, and its WebSocket is lost');
    return true;
  }

  #connectWith(viewerId: string, given: readonly IceServer[] | undefined, viewerOffer?: ViewerOffer): void {
    const iceServers = given ?? this.#iceServers;
    if (!('then' in iceServers)) {
      this.#connect(viewerId, iceServers, viewerOffer);
      return;
    }
    void iceServers.then((servers) => {
      if (this.#table.isExpected(viewerId)) this.#connect(viewerId, servers, viewerOffer);
    });
  }

  #connect(viewerId: string, iceServers: readonly IceServer[], viewerOffer?: ViewerOffer): void {
    const log = this.#log.child({ viewer: shortId(viewerId) });
    try {
      const connection = this.#connectionTo(viewerId, iceServers, viewerOffer, log);
      this.#table.set(viewerId, connection);
      const refusal = viewerOffer && connection.offer(viewerOffer);
      if (refusal === undefined) return;
      this.#handleRefusal(viewerId, refusal);
      this.#giveUp(viewerId, 'its offer was refused');
    } catch (error) {
      const reason = oneLine(error);
      log.error({ reason }, 'no connection could be made');
      this.#table.fallBack(viewerId);
      this.#refuse(viewerId, 'refused', 'the camera could not make a connection; try again');
    }
  }

  #connectionTo(
    viewerId: string,
    iceServers: readonly IceServer[],
    viewerOffer: ViewerOffer | undefined,
    log: Logger,
  ): ViewerConnection {
    const events: ViewerConnectionEvents = {
      onOffer: (sdp) => this.#send({ type: 'offer', to: viewerId, sdp, ...this.#components.broadcast.size }),
      onAnswer: (sdp) => this.#send({ type: 'answer', to: viewerId, sdp }),
      onCandidate: (candidate, sdpMid) => {
        this.#send({ type: 'ice-candidate', to: viewerId, candidate, sdpMid, sdpMLineIndex: 0 });
      },
      onOpen: () => {
        this.#table.handleOpen(viewerId);
        log.info({ viewers: this.#table.size }, 'viewer connected');
      },
      onEnded: (reason) => {
        if (this.#table.handleEnded(connection)) this.#giveUp(viewerId, reason);
      },
    };
    const connection = new ViewerConnection(this.#components, iceServers, events, viewerOffer);
    return connection;
  }

  /** Ends what there is of the viewer, and tells the server that it need not wait for it. */
  #giveUp(viewerId: string, reason: string): void {
    this.#table.remove(viewerId);
    this.#send({ type: 'viewer-ended', viewer_id: viewerId });
    this.#logGone(viewerId, reason);
  }

  #tellCameraState(viewerId: string): void {
    const { size } = this.#components.broadcast;
    this.#send({ type: 'stream-state', to: viewerId, state: this.#cameraState, ...size });
  }

  #refuse(viewerId: string, code: ErrorCode, message: string): void {
    this.#send({ type: 'error', to: viewerId, code, message });
  }

  /** ERR5: who sends nothing but what is refused must not use up what the server takes of the broadcaster. */
  #handleRefusal(viewerId: string, refusal: Refusal | undefined): void {
    if (refusal === undefined) return;
    const refusals = this.#table.countRefusal(viewerId);
    if (refusals > REFUSALS_TOLD) return;
    const { code, reason } = refusal;
    const isLast = refusals === REFUSALS_TOLD;
    this.#log.warn(
      { viewer: shortId(viewerId), code, reason },
      isLast ? 'refused, like all that follows' : 'refused',
    );
    this.#refuse(viewerId, code, reason);
  }

  #logGone(viewerId: string, reason: string): void {
    this.#log.info({ viewer: shortId(viewerId), reason, viewers: this.#table.size }, 'viewer gone');
  }
}

/** Enough of an id to tell viewers apart in a log, too little to take its place (SPEC.md, RESUME1). */
function shortId(viewerId: string): string {
  return viewerId.slice(0, 16);
}
