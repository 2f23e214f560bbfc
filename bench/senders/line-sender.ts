/**
 * A broadcaster that speaks JSON lines on its standard input and output instead of a WebSocket: this end registers
 * at the server and carries the messages over, so that a sender needs no WebSocket library. Only joining passes here.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

const STREAM_ID = 'pi-camera-stream';

export class LineSender {
  readonly #child: ChildProcess;
  readonly #socket: WebSocket;

  /** Resolves when the stream is registered at the server on `port`. */
  static async start(port: number, command: string, args: readonly string[]): Promise<LineSender> {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const sender = new LineSender(child, socket);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'register', stream_id: STREAM_ID }));
    await once(socket, 'message');
    return sender;
  }

  private constructor(child: ChildProcess, socket: WebSocket) {
    this.#child = child;
    this.#socket = socket;
    const { stdin, stdout } = child;
    if (stdin === null || stdout === null) throw new Error('a sender needs its standard input and output');
    stdin.on('error', () => undefined);
    socket.on('message', (data) => stdin.write(`${data.toString()}\n`));
    createInterface({ input: stdout }).on('line', (line) => socket.send(line));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Ends the whole process group: the program that feeds the sender is in it. */
  async close(): Promise<void> {
    this.#socket.terminate();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    process.kill(-this.pid, 'SIGKILL');
    await ended;
  }
}
