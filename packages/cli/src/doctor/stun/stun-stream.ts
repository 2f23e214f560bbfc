/** A TCP or TLS connection on which one STUN server is asked. Owns the socket; `close` ends what is still being asked. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  type Attribute,
  decodeAnswer,
  encodeRequest,
  type Method,
  type StunAnswer,
  splitStream,
} from './stun-message.ts';
import { WaitingRequests } from './waiting-requests.ts';

/** Why no further answer comes. */
export type StreamEnd = 'closed-by-server' | 'not-stun';

export class StunStream {
  readonly #socket: Socket;
  readonly #waiting = new WaitingRequests();
  #rest: Buffer = Buffer.alloc(0);
  #end: StreamEnd | undefined;

  /** `socket` is connected. */
  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#read(bytes));
    // An error is followed by a close.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#stop('closed-by-server'));
    socket.on('end', () => this.#stop('closed-by-server'));
  }

  /** Undefined while the server may still be asked. */
  get end(): StreamEnd | undefined {
    return this.#end;
  }

  /** Undefined when no answer comes. Nothing is sent twice: the stream does that. */
  async ask(
    method: Method,
    attributes: readonly Attribute[] = [],
    key?: Buffer,
  ): Promise<StunAnswer | undefined> {
    if (this.#end !== undefined) return undefined;
    const transactionId = randomBytes(12);
    this.#socket.write(encodeRequest(method, transactionId, attributes, key));
    return await this.#waiting.answerTo(transactionId);
  }

  close(): void {
    this.#waiting.giveUp();
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    const split = splitStream(Buffer.concat([this.#rest, bytes]));
    if (split === undefined) {
      this.#stop('not-stun');
      return;
    }
    this.#rest = split.rest;
    for (const message of split.messages) this.#waiting.take(decodeAnswer(message));
  }

  #stop(end: StreamEnd): void {
    this.#end ??= end;
    this.#waiting.giveUp();
    this.#socket.destroy();
  }
}
