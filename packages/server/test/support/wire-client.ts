/** A WebSocket client that keeps what arrives until the test asks for it. */
import { type ClientOptions, WebSocket } from 'ws';

export interface WireMessage {
  readonly type?: unknown;
  readonly code?: unknown;
  readonly viewer_id?: unknown;
  readonly from?: unknown;
  readonly message?: unknown;
  readonly sdpMid?: unknown;
  readonly [field: string]: unknown;
}

export interface WireClientOptions extends ClientOptions {
  readonly path?: string;
}

export class WireClient {
  readonly socket: WebSocket;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #arrived: WireMessage[] = [];
  #wake: () => void = () => undefined;
  #isClosed = false;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.#isClosed = true;
        this.#wake();
        resolve({ code, reason: reason.toString() });
      });
    });
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      this.#arrived.push(JSON.parse(data.toString()));
      this.#wake();
    });
  }

  static async open(url: string, { path = '/', ...options }: WireClientOptions = {}): Promise<WireClient> {
    const socket = new WebSocket(url + path, options);
    const client = new WireClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The next message, in order of arrival. Rejects when the socket closes first. */
  async next(): Promise<WireMessage> {
    for (;;) {
      const message = this.#arrived.shift();
      if (message !== undefined) return message;
      if (this.#isClosed) throw new Error('the socket closed before a message came');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Makes a round trip, or sees the socket closed, and returns all that the server had for us until then. */
  async settle(): Promise<WireMessage[]> {
    const returned = new Promise((resolve) => this.socket.once('pong', resolve));
    this.socket.ping(() => undefined);
    await Promise.race([returned, this.closed]);
    return this.#arrived.splice(0);
  }

  async register(streamId: string): Promise<void> {
    this.send({ type: 'register', stream_id: streamId });
    await this.settle();
  }

  /** Resolves with the viewer's id. */
  async join(streamId: string): Promise<string> {
    this.send({ type: 'join', stream_id: streamId });
    const [joined] = await this.settle();
    return String(joined?.viewer_id);
  }

  destroy(): void {
    this.socket.terminate();
  }
}
