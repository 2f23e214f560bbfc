/** A WebSocket to the server that asks as a viewer does: its upgrade, and the answers to one `join`. */
import { decodeServerMessage, type ServerMessage } from '@perch/protocol';
import { WebSocket } from 'ws';
import { codeOf, REACH_WITHIN_MS } from './reach.ts';

export type Upgrade =
  | { readonly ok: true; readonly signaling: Signaling }
  /** HTTP in place of 101. */
  | { readonly ok: false; readonly status: number }
  | { readonly ok: false; readonly status?: undefined; readonly code: string };

export class Signaling {
  readonly #socket: WebSocket;
  readonly #heard: ServerMessage[] = [];
  #onChange = (): void => undefined;
  #closed = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const decoded = decodeServerMessage(String(data));
      if (!decoded.ok) return;
      this.#heard.push(decoded.value);
      this.#onChange();
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#onChange();
    });
    socket.on('error', () => undefined);
  }

  static open(url: string): Promise<Upgrade> {
    return new Promise((resolve) => {
      const socket = new WebSocket(url, { handshakeTimeout: REACH_WITHIN_MS, perMessageDeflate: false });
      socket.once('open', () => resolve({ ok: true, signaling: new Signaling(socket) }));
      socket.once('unexpected-response', (_, response) => {
        resolve({ ok: false, status: response.statusCode ?? 0 });
        socket.terminate();
      });
      socket.on('error', (error) => resolve({ ok: false, code: codeOf(error) }));
    });
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The first message that `wanted` takes, also of those that came already; undefined when none comes in time. */
  hear<T extends ServerMessage>(
    wanted: (message: ServerMessage) => message is T,
    withinMs = REACH_WITHIN_MS,
  ): Promise<T | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), withinMs);
      this.#onChange = () => {
        const found = this.#heard.find(wanted);
        if (found === undefined && !this.#closed) return;
        clearTimeout(timer);
        resolve(found);
      };
      this.#onChange();
    });
  }

  /** Says that it leaves, so that the broadcaster gives up its connection at once (SPEC.md, JOIN6). */
  close(): void {
    this.#socket.close(1000);
  }
}
