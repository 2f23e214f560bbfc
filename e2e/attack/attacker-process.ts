/** The attacker, seen from the test. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { buildProgram } from '../support/build-program.ts';
import type { Orders } from './campaign.ts';

export class AttackerProcess {
  readonly #child: ChildProcess;

  static async start(): Promise<AttackerProcess> {
    return new AttackerProcess(fork(await buildProgram('attack/attacker.ts')));
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when the attack is under way. */
  async attack(orders: Orders): Promise<void> {
    await this.#tell(orders);
  }

  /** Resolves with how many connections it had made. */
  stop(): Promise<number> {
    return this.#tell('stop');
  }

  async end(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }

  async #tell(what: Orders | 'stop'): Promise<number> {
    const answered = once(this.#child, 'message') as Promise<[number]>;
    this.#child.send(what);
    const [opened] = await answered;
    return opened;
  }
}
