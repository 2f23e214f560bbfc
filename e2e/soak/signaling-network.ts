/**
 * The network between everybody and the signaling server: a TCP relay that can be cut. Media does not pass it, as it
 * does not pass the server.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** `silent`: a pulled cable, bytes wait and nobody is told. `refusing`: a router that restarts, all connections end. */
export type NetworkState = 'open' | 'silent' | 'refusing';

export class SignalingNetwork {
  readonly #server = createServer((near) => this.#carry(near));
  readonly #serverPort: number;
  readonly #sockets = new Set<Socket>();
  #state: NetworkState = 'open';

  static async open(serverPort: number): Promise<SignalingNetwork> {
    const network = new SignalingNetwork(serverPort);
    network.#server.listen(0, '127.0.0.1');
    await once(network.#server, 'listening');
    return network;
  }

  private constructor(serverPort: number) {
    this.#serverPort = serverPort;
  }

  /** Where streamer and viewers find the server. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  set state(state: NetworkState) {
    this.#state = state;
    for (const socket of [...this.#sockets]) {
      if (state === 'refusing') socket.destroy();
      else if (state === 'silent') socket.pause();
      else socket.resume();
    }
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of [...this.#sockets]) socket.destroy();
    await closed;
  }

  #carry(near: Socket): void {
    if (this.#state === 'refusing') {
      near.destroy();
      return;
    }
    const far = connect(this.#serverPort, '127.0.0.1');
    this.#forward(near, far);
    this.#forward(far, near);
  }

  #forward(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('data', (bytes) => to.write(bytes));
    from.on('error', () => undefined);
    from.once('close', () => {
      this.#sockets.delete(from);
      to.destroySoon();
    });
    if (this.#state === 'silent') from.pause();
  }
}
