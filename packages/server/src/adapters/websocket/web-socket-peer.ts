/**
 * One accepted WebSocket as a Peer. Owns the socket; reports its frames and its end, once. A socket that fails,
 * stops answering pings or stops reading is destroyed, and nobody else notices. One that was sent away is not read any
 * more: whoever is sent away for sending too much goes on sending.
 */
import type { Duplex } from 'node:stream';
import type { ServerMessage } from '@perch/protocol';
import type { RawData, WebSocket } from 'ws';
import { CLOSE_CODES, type CloseCode, type Departure, type Peer } from '../../domain/peer.ts';
import type { EventCode } from '../../domain/room-event.ts';
import type { Scheduler } from '../../domain/scheduler.ts';

/** With a ping every 4.5 s a peer that died right after an answer is dropped 13.5 s later (LIFE1: 15 s). */
export const MAX_UNANSWERED_PINGS = 2;

/** RFC 6455, 7.4.1: done, and going away, which is what a page sends that is closed. */
const LEAVING_CODES: ReadonlySet<number> = new Set([1000, 1001]);

/** Time to read why: closing while there are bytes that we did not read resets the connection, and nothing arrives. */
const LINGER_MS = 1000;

interface WebSocketPeerEvents {
  readonly onText: (text: string) => void;
  /** A ping, or a pong that answers none of ours. */
  readonly onUnasked: () => void;
  /** `why`: for what the socket was cut off here, if it was. */
  readonly onEnd: (how: Departure, why: EventCode | undefined) => void;
}

interface WebSocketPeerComponents {
  readonly scheduler: Scheduler;
  /** More that waits means that the far end does not read. */
  readonly maxBufferedBytes: number;
}

export class WebSocketPeer implements Peer {
  readonly #socket: WebSocket;
  /** What the WebSocket runs on. */
  readonly #stream: Duplex;
  readonly #components: WebSocketPeerComponents;
  #unansweredPings = 0;
  #cutOffFor: EventCode | undefined;

  constructor(socket: WebSocket, stream: Duplex, components: WebSocketPeerComponents) {
    this.#socket = socket;
    this.#stream = stream;
    this.#components = components;
  }

  get isBehind(): boolean {
    return this.#socket.bufferedAmount > this.#components.maxBufferedBytes / 4;
  }

  listen(events: WebSocketPeerEvents): void {
    this.#socket.on('message', (data) => {
      // A frame read before we closed may still arrive after it.
      if (this.#socket.readyState === this.#socket.OPEN) events.onText(toText(data));
    });
    this.#socket.on('ping', () => events.onUnasked());
    this.#socket.on('pong', () => {
      if (this.#unansweredPings === 0) events.onUnasked();
      this.#unansweredPings = 0;
    });
    this.#socket.once('close', (code) => {
      events.onEnd(LEAVING_CODES.has(code) ? 'left' : 'lost', this.#cutOffFor);
    });
    this.#socket.on('error', (error) => {
      this.#cutOffFor ??= brokenRule(error);
      // ws says the code that fits, and would then read on for half a minute, which it begins in this turn.
      process.nextTick(() => this.#readNoMore());
    });
  }

  send(message: ServerMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify(message));
    if (this.#socket.bufferedAmount > this.#components.maxBufferedBytes) this.#cutOff('not-reading');
  }

  close(code: CloseCode, reason: string): void {
    this.#socket.close(code, reason);
    // Many go at the same time then, and are done when they have answered.
    if (code !== CLOSE_CODES.goingAway) this.#readNoMore();
  }

  /** Ends it without a handshake; `onEnd` follows. */
  destroy(): void {
    this.#socket.terminate();
  }

  /** Called once a heartbeat: asks whether the far end lives, or gives it up. */
  beat(): void {
    if (this.#unansweredPings >= MAX_UNANSWERED_PINGS) {
      this.#cutOff('silent');
      return;
    }
    this.#unansweredPings += 1;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  #cutOff(why: EventCode): void {
    this.#cutOffFor ??= why;
    this.destroy();
  }

  /** What is sent already still arrives; `onEnd` follows. */
  #readNoMore(): void {
    this.#stream.pause();
    this.#stream.end();
    const cancel = this.#components.scheduler.after(LINGER_MS, () => this.destroy());
    this.#socket.once('close', cancel);
  }
}

/** What of the protocol, or of our limits, a frame broke; undefined where the network failed. */
function brokenRule(error: Error): EventCode | undefined {
  const code = 'code' in error ? String(error.code) : '';
  if (!code.startsWith('WS_ERR_')) return undefined;
  if (code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') return 'too-many-fragments';
  return code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'too-large' : 'bad-frame';
}

/** Peers that send JSON in binary frames exist; a UTF-8 reading of the bytes serves both. */
function toText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
