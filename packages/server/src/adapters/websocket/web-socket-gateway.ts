/**
 * Accepts WebSockets on any path, within the limits of their address, from pages that may, and gives each one a
 * Connection. Owns them all, their heartbeat and their end: `drain()` says goodbye, then cuts off whoever does not
 * answer. A handshake that fails is answered by ws.
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { MAX_MESSAGE_CHARS, type Refusal, refuse } from '@perch/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import { Connection, type ConnectionComponents } from '../../domain/connection.ts';
import type { AddressBook, AddressUse } from '../../domain/limits/address-book.ts';
import { CLOSE_CODES } from '../../domain/peer.ts';
import type { Cancel, Scheduler } from '../../domain/scheduler.ts';
import type { ClientAddresses } from '../http/client-address.ts';
import type { Origins } from '../http/origins.ts';
import { PROBLEM_JSON, problemText, statusOf, TOO_MANY_REQUESTS } from '../http/problem.ts';
import { FOREIGN_PAGE } from '../http/shared-routes.ts';
import { tokenOf } from '../http/token-of.ts';
import { WebSocketPeer } from './web-socket-peer.ts';

export const HEARTBEAT_MS = 4500;

/** Twenty thousand pings in one turn would hold everyone up for a quarter of a second. */
const HEARTBEAT_GROUPS = 9;

/** A closing handshake takes a round trip; whoever needs longer is gone. */
export const DRAIN_MS = 2000;

/**
 * A UTF-16 character is at most 3 bytes of UTF-8, so every message that is just too long still reaches the
 * decoder and is refused with a code. Past this ws closes with 1009 before it buffers more.
 */
const MAX_FRAME_BYTES = 3 * MAX_MESSAGE_CHARS + 4096;

export interface WebSocketGatewayComponents extends ConnectionComponents {
  readonly addresses: AddressBook;
  readonly clientAddresses: ClientAddresses;
  readonly origins: Origins;
  readonly scheduler: Scheduler;
  /** Names a connection in the log. */
  readonly nextConnectionId: () => string;
}

const TOO_MANY_SOCKETS = refuse('too-many-connections', 'too many WebSockets from this address');

interface Handshake {
  readonly stream: Duplex;
  readonly address: AddressUse;
  readonly token: string | undefined;
}

type Group = Map<WebSocketPeer, Connection>;

export class WebSocketGateway {
  readonly #components: WebSocketGatewayComponents;
  readonly #server: WebSocketServer;
  readonly #groups: readonly Group[] = Array.from({ length: HEARTBEAT_GROUPS }, () => new Map());
  readonly #stopHeartbeat: Cancel;
  #beats = 0;
  #accepted = 0;
  #size = 0;
  #drained: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(components: WebSocketGatewayComponents) {
    this.#components = components;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // Messages are small and rare; a compressor for each socket costs 300 KB and opens the door to bombs.
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      maxFragments: components.limits.fragments,
    });
    this.#stopHeartbeat = components.scheduler.every(HEARTBEAT_MS / HEARTBEAT_GROUPS, () => this.#beat());
    components.authority.onRevoked((tokenIds) => {
      for (const connection of this.#connections()) connection.checkRevoked(tokenIds);
    });
  }

  get size(): number {
    return this.#size;
  }

  get isDraining(): boolean {
    return this.#drained !== undefined;
  }

  /** Takes over an HTTP connection that asks for an upgrade. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { addresses, clientAddresses, origins } = this.#components;
    if (this.isDraining) {
      socket.destroy();
      return;
    }
    if (!origins.allows(request.headers.origin, clientAddresses.hostOf(request))) {
      this.#refuse(socket, FOREIGN_PAGE);
      return;
    }
    const address = addresses.of(clientAddresses.keyOf(request));
    const mayAsk = address.mayAsk();
    if (!mayAsk || !address.openSocket()) {
      this.#refuse(socket, mayAsk ? TOO_MANY_SOCKETS : TOO_MANY_REQUESTS);
      return;
    }
    // Nothing that lives as long as the socket holds the request: with its headers it is 2 KB.
    const token = tokenOf(request);
    const closeSocket = () => address.closeSocket();
    socket.once('close', closeSocket);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('close', closeSocket);
      this.#accept(webSocket, { stream: socket, address, token });
    });
  }

  /** Resolves when no socket is left, at most DRAIN_MS later. */
  drain(): Promise<void> {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  #refuse(socket: Duplex, refusal: Refusal): void {
    this.#components.report({ type: 'refused', code: refusal.code, request: 'connection' });
    answer(socket, refusal);
  }

  #accept(socket: WebSocket, { stream, address, token }: Handshake): void {
    const { limits, scheduler, nextConnectionId } = this.#components;
    const maxBufferedBytes = limits.sendBufferKilobytes * 1024;
    const peer = new WebSocketPeer(socket, stream, { scheduler, maxBufferedBytes });
    const connection = new Connection(this.#components, peer, {
      connectionId: nextConnectionId(),
      address,
      token,
    });
    const group = this.#groups[this.#accepted++ % HEARTBEAT_GROUPS] as Group;
    group.set(peer, connection);
    this.#size += 1;
    peer.listen({
      onText: (text) => connection.handleText(text),
      onUnasked: () => connection.handleControlFrame(),
      onEnd: (how, why) => {
        group.delete(peer);
        this.#size -= 1;
        address.closeSocket();
        connection.end(how, why);
        if (this.#size === 0) this.#onEmpty?.();
      },
    });
  }

  #beat(): void {
    for (const [peer, connection] of this.#groups[this.#beats++ % HEARTBEAT_GROUPS] as Group) {
      connection.checkTime();
      peer.beat();
    }
  }

  *#connections(): Iterable<Connection> {
    for (const group of this.#groups) yield* group.values();
  }

  async #drain(): Promise<void> {
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    if (this.#size === 0) this.#onEmpty?.();
    const peers = () => this.#groups.flatMap((group) => [...group.keys()]);
    for (const peer of peers()) {
      peer.send({
        type: 'error',
        message: 'The server is closing; come back in a moment',
        code: 'server-closing',
      });
      peer.close(CLOSE_CODES.goingAway, 'server-closing');
    }
    const cancel = this.#components.scheduler.after(DRAIN_MS, () => {
      for (const peer of peers()) peer.destroy();
    });
    await empty;
    cancel();
    this.#stopHeartbeat();
  }
}

/** An upgrade that is refused gets an HTTP answer, and the connection ends. */
function answer(socket: Duplex, refusal: Refusal): void {
  const status = statusOf(refusal);
  const body = problemText(refusal, status);
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: ${PROBLEM_JSON}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
