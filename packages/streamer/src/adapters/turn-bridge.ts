/**
 * TURN over TCP or TLS for one connection of libjuice's, which speaks to TURN over UDP alone: it is given a socket of ours on
 * this machine in the server's place. Where that socket gets a datagram, a message goes into the stream, and back. What
 * the stream can't take in time is dropped, as a network drops it: video that waits is of no use.
 *
 * Owns the socket and the stream.
 */
import type { Socket as Datagrams, RemoteInfo } from 'node:dgram';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { oneLine } from '@perch/protocol';
import { TurnStreamReader, toStream, withMendedCheck } from './turn-framing.ts';

export interface StreamServer {
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
}

/** A quarter of a second of 2 Mbit/s. */
const MAX_BUFFERED_BYTES = 64 * 1024;

/** libjuice has given up asking by then. */
const CONNECT_WITHIN_MS = 10_000;

export class TurnBridge {
  /** Where libjuice finds the server. */
  readonly port: number;
  readonly #inside: Datagrams;
  readonly #server: StreamServer;
  readonly #onTrouble: (reason: string) => void;
  readonly #reader = new TurnStreamReader();
  #stream: Socket | undefined;
  #insidePort: number | undefined;
  #password: string | undefined;
  #closed = false;

  /** `inside` is bound to an address of this machine alone. `onTrouble` is told why the server can't be reached. */
  constructor(inside: Datagrams, server: StreamServer, onTrouble: (reason: string) => void) {
    this.#onTrouble = onTrouble;
    this.port = inside.address().port;
    this.#inside = inside;
    this.#server = server;
    inside.on('error', () => this.close());
    inside.on('message', (datagram, from) => this.#send(datagram, from));
  }

  /** `password` is our `ice-pwd`, which the viewer signs its checks with. */
  begin(password: string): void {
    this.#password = password;
  }

  /** May be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inside.close();
    this.#stream?.destroy();
  }

  #send(datagram: Buffer, { port }: RemoteInfo): void {
    this.#insidePort ??= port;
    if (this.#closed || port !== this.#insidePort) return;
    try {
      this.#stream ??= this.#connect();
    } catch (error) {
      this.#fail(oneLine(error));
      return;
    }
    const message = toStream(datagram);
    if (message !== undefined && this.#stream.writableLength < MAX_BUFFERED_BYTES)
      this.#stream.write(message);
  }

  /** Throws where Node takes the server's name for none. */
  #connect(): Socket {
    const { hostname: host, port, tls } = this.#server;
    const stream = tls
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) })
      : connectTcp({ host, port });
    stream.setNoDelay(true);
    stream.setTimeout(CONNECT_WITHIN_MS, () => stream.destroy(new Error('no answer')));
    stream.once(tls ? 'secureConnect' : 'connect', () => stream.setTimeout(0));
    stream.on('data', (bytes) => this.#receive(bytes));
    stream.on('error', ({ message }) => this.#fail(message));
    stream.on('close', () => this.close());
    return stream;
  }

  #receive(bytes: Buffer): void {
    try {
      for (const message of this.#reader.push(bytes)) this.#handBack(message);
    } catch (error) {
      this.#fail(oneLine(error));
    }
  }

  #fail(reason: string): void {
    if (!this.#closed) this.#onTrouble(reason);
    this.close();
  }

  #handBack(message: Buffer): void {
    const mended = this.#password === undefined ? message : withMendedCheck(message, this.#password);
    if (!this.#closed) this.#inside.send(mended, this.#insidePort, '127.0.0.1', () => undefined);
  }
}
