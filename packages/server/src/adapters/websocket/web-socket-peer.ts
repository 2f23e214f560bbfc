/**
 * One accepted WebSocket as a Peer. Owns the socket; reports its frames and its end, once. A socket that fails,
 * stops answering pings or stops reading is destroyed, and nobody else notices.
 */
import type { ServerMessage } from '@perch/protocol';
import type { RawData, WebSocket } from 'ws';
import type { CloseCode, Departure, Peer } from '../../domain/peer.ts';

/** With a ping every 4.5 s a peer that died right after an answer is dropped 13.5 s later (LIFE1: 15 s). */
export const MAX_UNANSWERED_PINGS = 2;

/** RFC 6455, 7.4.1: done, and going away, which is what a page sends that is closed. */
const LEAVING_CODES: ReadonlySet<number> = new Set([1000, 1001]);

interface WebSocketPeerEvents {
  readonly onText: (text: string) => void;
  readonly onEnd: (how: Departure) => void;
}

export class WebSocketPeer implements Peer {
  readonly #socket: WebSocket;
  #unansweredPings = 0;

  readonly #maxBufferedBytes: number;

  /** More than `maxBufferedBytes` that wait mean that the far end does not read. */
  constructor(socket: WebSocket, maxBufferedBytes: number) {
    this.#socket = socket;
    this.#maxBufferedBytes = maxBufferedBytes;
  }

  listen(events: WebSocketPeerEvents): void {
    this.#socket.on('message', (data) => {
      // A frame read before we closed may still arrive after it.
      if (this.#socket.readyState === this.#socket.OPEN) events.onText(toText(data));
    });
    this.#socket.on('pong', () => {
      this.#unansweredPings = 0;
    });
    this.#socket.once('close', (code) => events.onEnd(LEAVING_CODES.has(code) ? 'left' : 'lost'));
    // ws closes the socket by itself after an error, with the code that fits; `close` follows.
    this.#socket.on('error', () => undefined);
  }

  send(message: ServerMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify(message));
    if (this.#socket.bufferedAmount > this.#maxBufferedBytes) this.#socket.terminate();
  }

  close(code: CloseCode, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** Ends it without a handshake; `onEnd` follows. */
  destroy(): void {
    this.#socket.terminate();
  }

  /** Called once a heartbeat: asks whether the far end lives, or gives it up. */
  beat(): void {
    if (this.#unansweredPings >= MAX_UNANSWERED_PINGS) {
      this.destroy();
      return;
    }
    this.#unansweredPings += 1;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }
}

/** Peers that send JSON in binary frames exist; a UTF-8 reading of the bytes serves both. */
function toText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
