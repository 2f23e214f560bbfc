/**
 * UDP sockets on this machine's own address, bound ahead: binding takes a turn of the event loop, and a connection is made within
 * one. Owns those that nobody has taken; they keep no process alive.
 */
import { createSocket, type Socket } from 'node:dgram';

/** A connection takes one for each TURN server that it is given, two at most. */
const READY = 4;

export class BoundSockets {
  readonly #ready: Socket[] = [];
  #binding = 0;

  /** One that is bound; undefined where none is yet. */
  take(): Socket | undefined {
    const socket = this.#ready.shift();
    socket?.removeAllListeners('error');
    this.fill();
    return socket;
  }

  /** Binds as many as are to be ready. May be called as often as one likes. */
  fill(): void {
    while (this.#ready.length + this.#binding < READY) this.#bind();
  }

  #bind(): void {
    this.#binding++;
    const socket = createSocket('udp4').unref();
    socket.once('error', () => {
      this.#binding--;
      socket.close();
    });
    socket.bind(0, '127.0.0.1', () => {
      this.#binding--;
      socket.removeAllListeners('error');
      // An error of one that waits is nobody's; whoever takes it will see that nothing comes.
      socket.on('error', () => undefined);
      this.#ready.push(socket);
    });
  }
}
