/**
 * Accepts WebSockets on any path and gives each one a Connection. Owns them all, their heartbeat and their end:
 * `drain()` says goodbye, then cuts off whoever does not answer. A handshake that fails is answered by ws.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { MAX_MESSAGE_CHARS } from '@perch/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import { Connection } from '../../domain/connection.ts';
import { CLOSE_CODES } from '../../domain/peer.ts';
import type { RoomEvent } from '../../domain/room-event.ts';
import type { Rooms } from '../../domain/rooms.ts';
import type { Cancel, Scheduler } from '../../domain/scheduler.ts';
import { WebSocketPeer } from './web-socket-peer.ts';

export const HEARTBEAT_MS = 4500;

/** A closing handshake takes a round trip; whoever needs longer is gone. */
export const DRAIN_MS = 2000;

/**
 * A UTF-16 character is at most 3 bytes of UTF-8, so every message that is just too long still reaches the
 * decoder and is refused with a code. Past this ws closes with 1009 before it buffers more.
 */
const MAX_FRAME_BYTES = 3 * MAX_MESSAGE_CHARS + 4096;

interface WebSocketGatewayComponents {
  readonly rooms: Rooms;
  readonly scheduler: Scheduler;
  readonly report: (event: RoomEvent) => void;
}

export class WebSocketGateway {
  readonly #components: WebSocketGatewayComponents;
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Messages are small and rare; a compressor for each socket costs 300 KB and opens the door to bombs.
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
  });
  readonly #open = new Map<WebSocketPeer, Connection>();
  readonly #stopHeartbeat: Cancel;
  #drained: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(components: WebSocketGatewayComponents) {
    this.#components = components;
    this.#stopHeartbeat = components.scheduler.every(HEARTBEAT_MS, () => {
      for (const peer of this.#open.keys()) peer.beat();
    });
  }

  /** Takes over an HTTP connection that asks for an upgrade. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#drained !== undefined) {
      socket.destroy();
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (accepted) => this.#accept(accepted));
  }

  /** Resolves when no socket is left, at most DRAIN_MS later. */
  drain(): Promise<void> {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  #accept(socket: WebSocket): void {
    const peer = new WebSocketPeer(socket);
    const connection = new Connection(this.#components, peer);
    this.#open.set(peer, connection);
    peer.listen({
      onText: (text) => connection.handleText(text),
      onEnd: (how) => {
        this.#open.delete(peer);
        connection.end(how);
        if (this.#open.size === 0) this.#onEmpty?.();
      },
    });
  }

  async #drain(): Promise<void> {
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    if (this.#open.size === 0) this.#onEmpty?.();
    for (const peer of this.#open.keys()) {
      peer.send({
        type: 'error',
        message: 'The server is closing; come back in a moment',
        code: 'server-closing',
      });
      peer.close(CLOSE_CODES.goingAway, 'server-closing');
    }
    const cancel = this.#components.scheduler.after(DRAIN_MS, () => {
      for (const peer of this.#open.keys()) peer.destroy();
    });
    await empty;
    cancel();
    this.#stopHeartbeat();
  }
}
