/**
 * The streamer's WebSocket to the signaling server, for ever: connects, and connects again when it is lost. Notices
 * a dead server by unanswered pings. Messages that can't be understood are counted in the log, never thrown.
 */
import {
  type ClientMessage,
  decodeServerMessage,
  MAX_MESSAGE_CHARS,
  oneLine,
  type ServerMessage,
} from '@perch/protocol';
import type { Logger } from 'pino';
import { WebSocket } from 'ws';
import { BackOff, type BackOffLimits } from '../domain/back-off.ts';
import type { SignalingLink } from '../domain/broadcaster.ts';
import type { Clock } from '../domain/clock.ts';

/** A server that was restarted has its cameras back within three seconds. */
const RECONNECT: BackOffLimits = { firstMs: 250, maxMs: 2_000 };

const CONNECT_WITHIN_MS = 5_000;
const PING_INTERVAL_MS = 5_000;

/** By a server that closes, which sends everyone away (SPEC.md, LIFE3), or for sending too much (LIMIT4). */
const SENT_AWAY: ReadonlySet<number> = new Set([1001, 4008]);

/** UTF-8 takes up to three bytes for a UTF-16 code unit. */
const MAX_FRAME_BYTES = 3 * MAX_MESSAGE_CHARS;

export interface ServerLinkEvents {
  onUp(link: SignalingLink): void;
  onMessage(message: ServerMessage): void;
  onDown(): void;
}

export interface ServerLinkComponents {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

export class ServerLink {
  readonly #url: string;
  readonly #components: ServerLinkComponents;
  readonly #events: ServerLinkEvents;
  readonly #backOff: BackOff;
  #socket: WebSocket | undefined;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(url: string, components: ServerLinkComponents, events: ServerLinkEvents) {
    this.#url = url;
    this.#components = components;
    this.#events = events;
    this.#backOff = new BackOff(RECONNECT, components.random);
    this.#connect();
  }

  /** The server took our registration: the connection is a good one. */
  confirm(): void {
    this.#backOff.reset();
  }

  /** Closes the link and stops trying. May be called twice. */
  close(): void {
    this.#closed = true;
    this.#cancel();
    this.#socket?.close(1000);
    // A server that does not answer the close must not keep this process.
    this.#socket?.terminate();
  }

  #connect(): void {
    const { log } = this.#components;
    const socket = new WebSocket(this.#url, {
      handshakeTimeout: CONNECT_WITHIN_MS,
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    let reason = 'closed';
    socket.on('open', () => {
      log.debug('connected to the server');
      this.#watch(socket);
      this.#events.onUp({ send: (message) => send(socket, message) });
    });
    socket.on('message', (data) => {
      const decoded = decodeServerMessage(data.toString());
      if (decoded.ok) this.#events.onMessage(decoded.value);
      else
        log.debug(
          { code: decoded.code, reason: decoded.reason },
          'a message from the server was not understood',
        );
    });
    // 'close' follows 'error'.
    socket.on('error', (error) => {
      reason = oneLine(error);
    });
    socket.on('close', (code) => {
      this.#cancel();
      if (this.#closed) return;
      this.#events.onDown();
      if (SENT_AWAY.has(code)) this.#backOff.giveWay();
      const pauseMs = Math.round(this.#backOff.next());
      log.warn({ reason, code, pauseMs }, 'no connection to the server; trying again');
      this.#cancel = this.#components.clock.after(pauseMs, () => this.#connect());
    });
  }

  /** Pings the server; two pings without an answer are the end of the connection. */
  #watch(socket: WebSocket): void {
    let unanswered = 0;
    socket.on('pong', () => {
      unanswered = 0;
    });
    const ping = (): void => {
      if (unanswered >= 2) {
        socket.terminate();
        return;
      }
      unanswered++;
      socket.ping();
      this.#cancel = this.#components.clock.after(PING_INTERVAL_MS, ping);
    };
    this.#cancel = this.#components.clock.after(PING_INTERVAL_MS, ping);
  }
}

function send(socket: WebSocket, message: ClientMessage): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}
