/**
 * One UDP socket that asks STUN servers, several if need be: what they see of its address tells what kind of router it
 * is behind. Owns the socket; `close` ends what is still being asked.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { codeOf } from '../reach.ts';
import {
  type Address,
  type Attribute,
  decodeAnswer,
  encodeRequest,
  type Method,
  type StunAnswer,
} from './stun-message.ts';
import { WaitingRequests } from './waiting-requests.ts';

/** What is lost is sent again (RFC 8489, section 6.2.1). */
const ASK_AFTER_MS = [0, 500, 1500, 3000];

export class StunSocket {
  readonly #socket: Socket;
  readonly #connected: boolean;
  readonly #waiting = new WaitingRequests();

  /** A connected socket was told that nothing listens there (ICMP), which firewalls do not say. */
  refused = false;

  private constructor(socket: Socket, connected: boolean) {
    this.#socket = socket;
    this.#connected = connected;
    socket.on('message', (packet) => this.#waiting.take(decodeAnswer(packet)));
    socket.on('error', (error) => {
      if (!connected || codeOf(error) !== 'ECONNREFUSED') return;
      this.refused = true;
      this.#waiting.giveUp();
    });
  }

  /** One for several servers, of the kind of `host`, an address. */
  static async open(host: string): Promise<StunSocket> {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    socket.bind(0);
    await once(socket, 'listening');
    return new StunSocket(socket, false);
  }

  /** One for this server alone. */
  static async connect({ host, port }: Address): Promise<StunSocket> {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    socket.connect(port, host);
    await once(socket, 'connect');
    return new StunSocket(socket, true);
  }

  /** Undefined when no answer comes. `to.host` is an address. */
  async ask(
    to: Address,
    method: Method,
    attributes: readonly Attribute[] = [],
    key?: Buffer,
  ): Promise<StunAnswer | undefined> {
    const transactionId = randomBytes(12);
    const request = encodeRequest(method, transactionId, attributes, key);
    const send = (): void => {
      if (this.#connected) this.#socket.send(request, () => undefined);
      else this.#socket.send(request, to.port, to.host, () => undefined);
    };
    const timers = ASK_AFTER_MS.map((after) => setTimeout(send, after));
    const answer = await this.#waiting.answerTo(transactionId);
    for (const timer of timers) clearTimeout(timer);
    return answer;
  }

  close(): void {
    this.#waiting.giveUp();
    this.#socket.close();
  }
}
