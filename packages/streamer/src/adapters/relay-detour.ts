/**
 * A way to a viewer's relay that leads through a socket of ours, so that the viewer's checks can be mended on their way in
 * (tie-breaker.ts). libjuice is given the socket's address on this machine in place of the relay's. What comes from the one
 * goes to the other; nothing else is let through.
 *
 * Owns the socket. To be deleted when node-datachannel has a libjuice with the fix.
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { withTieBreaker } from './tie-breaker.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export class RelayDetour {
  readonly #socket: Socket;
  readonly #relay: Endpoint;
  readonly #password: string;
  /** libjuice's socket, once it has sent something. */
  #inside: Endpoint | undefined;
  #closed = false;

  /** `onOpen` is told which address on this machine leads to the relay; never, where no socket can be had. */
  constructor(relay: Endpoint, password: string, onOpen: (here: Endpoint) => void) {
    this.#relay = relay;
    this.#password = password;
    const isV6 = isIPv6(relay.address);
    this.#socket = createSocket(isV6 ? 'udp6' : 'udp4');
    this.#socket.on('error', () => this.close());
    this.#socket.on('message', (packet, from) => this.#pass(packet, from));
    this.#socket.bind(0, () => {
      onOpen({ address: isV6 ? '::1' : '127.0.0.1', port: this.#socket.address().port });
    });
  }

  /** May be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }

  #pass(packet: Buffer, from: Endpoint): void {
    if (isSame(from, this.#relay)) {
      if (this.#inside !== undefined) this.#send(withTieBreaker(packet, this.#password), this.#inside);
      return;
    }
    if (this.#inside === undefined && isHere(from)) this.#inside = { address: from.address, port: from.port };
    if (this.#inside !== undefined && isSame(from, this.#inside)) this.#send(packet, this.#relay);
  }

  /** A packet that can't be sent is one that was lost. */
  #send(packet: Buffer, { address, port }: Endpoint): void {
    if (!this.#closed) this.#socket.send(packet, port, address, () => undefined);
  }
}

function isSame(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.address === b.address;
}

function isHere({ address }: Endpoint): boolean {
  return address === '127.0.0.1' || address === '::1';
}
