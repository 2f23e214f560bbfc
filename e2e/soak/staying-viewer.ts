/** One who stays all the time, as a program in a process of its own: its clock waits for nobody else's work. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Seen, Stayer } from './stayer.ts';

const PROGRAM = fileURLToPath(new URL('staying-viewer-program.js', import.meta.url));

export class StayingViewer implements Stayer {
  readonly name = 'program';
  readonly #child: ChildProcess;

  /** Resolves when it has video. */
  static async join(port: number): Promise<StayingViewer> {
    const child = fork(PROGRAM, [String(port)]);
    await once(child, 'message');
    return new StayingViewer(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  async startClock(): Promise<void> {
    await this.#ask('start-clock');
  }

  look(): Promise<Seen> {
    return this.#ask('look');
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #ask(what: 'start-clock' | 'look'): Promise<Seen> {
    const answer = once(this.#child, 'message') as Promise<[Seen]>;
    this.#child.send(what);
    const [seen] = await answer;
    return seen;
  }
}
