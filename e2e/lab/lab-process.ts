/** A program that runs in a namespace until it is told to end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Namespace } from './namespace.ts';

export class LabProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** What it said so far, on both its outputs. */
  output = '';

  constructor(
    namespace: Namespace,
    command: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ) {
    const [program = '', ...rest] = namespace.commandLine(command, args);
    const { PATH } = process.env;
    const child = spawn(program, rest, { env: { PATH, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        child.emit('said');
      });
    }
    this.#ended = once(child, 'close');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with the match as soon as the output has it; rejects when the program ends without. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      const ended = this.#ended.then(() => 'ended');
      const first = await Promise.race([once(this.#child, 'said'), ended]);
      if (first === 'ended' && !pattern.test(this.output)) {
        throw new Error(`${this.#child.spawnargs.join(' ')} ended without saying ${pattern}: ${this.output}`);
      }
    }
  }

  async end(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
