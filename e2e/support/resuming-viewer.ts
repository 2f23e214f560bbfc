/**
 * A viewer that is a program and keeps its media when it loses its server: comes back, as the page does, with the id and
 * the resume token that it was given (SPEC.md, RESUME1). Counts what it was sent, and what of that did not arrive.
 */
import type { ServerMessage } from '@perch/protocol';
import { WebSocket } from 'ws';
import { ReceivingPeer } from './program-viewer.ts';
import { RtpCount } from './rtp-count.ts';

/** As the page waits: up to so long, twice that after each failure, and no longer than the last. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3_000;

export interface ResumingViewerOptions {
  readonly port: number;
  readonly token: string;
  readonly streamId?: string;
}

export class ResumingViewer {
  readonly #options: ResumingViewerOptions;
  readonly #peer: ReceivingPeer;
  readonly rtp = new RtpCount();
  #socket: WebSocket | undefined;
  #session: { readonly viewer_id: string; readonly resume_token?: string } | undefined;
  #failures = 0;
  #closed = false;
  /** Connections that it was offered. */
  offers = 0;
  /** How often it has been taken in with the id that it had. */
  resumed = 0;

  constructor(options: ResumingViewerOptions) {
    this.#options = options;
    this.#peer = new ReceivingPeer((message) => {
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
    });
    this.#peer.onPacket = (packet) => this.rtp.add(packet);
    this.#connect();
  }

  get viewerId(): string | undefined {
    return this.#session?.viewer_id;
  }

  /** Resolves when `more` further RTP packets have come. */
  receives(more: number): Promise<void> {
    return this.#peer.receives(more);
  }

  close(): void {
    this.#closed = true;
    this.#socket?.terminate();
    this.#peer.close();
  }

  #connect(): void {
    const { port, token, streamId = 'pi-camera-stream' } = this.#options;
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'join', stream_id: streamId, token, ...this.#session }));
    });
    socket.on('message', (data) => this.#handle(JSON.parse(data.toString()) as ServerMessage));
    socket.on('close', () => {
      if (this.#closed) return;
      const longestMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
      setTimeout(() => this.#connect(), Math.random() * longestMs);
    });
  }

  #handle(message: ServerMessage): void {
    if (message.type === 'offer') this.offers++;
    if (message.type === 'joined') {
      const { viewer_id, resume_token, resumed } = message;
      this.#failures = 0;
      this.#session = { viewer_id, ...(resume_token === undefined ? {} : { resume_token }) };
      if (resumed === true) this.resumed++;
    }
    this.#peer.handle(message);
  }
}
