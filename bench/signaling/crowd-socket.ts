/** One of thousands of client sockets: says what it is told to, and counts what it hears. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Listening } from './server-program.ts';

/** Loopback addresses that the sockets come from in turn. */
const ADDRESSES = 250;

/** What the server says of its own has none. */
const RELAYED = '"from":';

export class CrowdSocket {
  readonly #socket: WebSocket;
  readonly #tokens: Listening['tokens'];
  #onFirst: ((text: string) => void) | undefined;
  id = '';
  /** Messages of other peers; not those of the server, who comes and goes. */
  received = 0;

  private constructor(socket: WebSocket, tokens: Listening['tokens']) {
    this.#socket = socket;
    this.#tokens = tokens;
    socket.on('message', (data) => {
      if (this.#onFirst !== undefined) this.#onFirst(String(data));
      else if ((data as Buffer).includes(RELAYED)) this.received += 1;
    });
    socket.on('error', (error) => {
      throw error;
    });
  }

  static async open({ port, tokens }: Listening, position: number): Promise<CrowdSocket> {
    const options = { localAddress: `127.0.1.${1 + (position % ADDRESSES)}`, perMessageDeflate: false };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, options);
    await once(socket, 'open');
    return new CrowdSocket(socket, tokens);
  }

  async register(streamId: string): Promise<void> {
    await this.#ask(
      { type: 'register', stream_id: streamId, token: this.#tokens[streamId]?.publish },
      'registered',
    );
  }

  async join(streamId: string): Promise<void> {
    const { viewer_id } = await this.#ask(
      { type: 'join', stream_id: streamId, token: this.#tokens[streamId]?.view },
      'joined',
    );
    this.id = String(viewer_id);
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  async close(): Promise<void> {
    this.#socket.close(1000);
    await once(this.#socket, 'close');
  }

  #ask(message: object, expected: string): Promise<Readonly<Record<string, unknown>>> {
    const answer = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
      this.#onFirst = (text) => {
        this.#onFirst = undefined;
        const answered = JSON.parse(text) as Readonly<Record<string, unknown>>;
        if (answered['type'] === expected) resolve(answered);
        else reject(new Error(`the server answered ${text}`));
      };
    });
    this.#socket.send(JSON.stringify(message));
    return answer;
  }
}
