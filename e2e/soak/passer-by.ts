/**
 * A viewer who comes and goes, in a process of its own: killed, it vanishes as a phone does whose battery is empty. And
 * the native library's sockets are handed down to what a process starts, so that the soak itself must have none.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('viewer-program.js', import.meta.url));

export type Way = 'hang-up' | 'lose-socket' | 'vanish';

export class PasserBy {
  readonly #way: Way;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  hasVideo = false;

  constructor(port: number, way: Way) {
    this.#way = way;
    this.#child = fork(PROGRAM, [String(port), way], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.#child.once('message', () => {
      this.hasVideo = true;
    });
    this.#ended = once(this.#child, 'close');
  }

  async leave(): Promise<void> {
    if (this.#way === 'vanish') this.#child.kill('SIGKILL');
    else if (this.#child.connected) this.#child.send('leave', () => undefined);
    await this.#ended;
  }
}
