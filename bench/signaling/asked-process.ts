/** A program of ours in a process of its own that answers what it is asked, one thing after the other. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export class AskedProcess<Questions extends Readonly<Record<string, unknown>>> {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #onAnswer: ((answer: unknown) => void) | undefined;

  constructor(program: string, args: readonly string[], execArgv: readonly string[] = []) {
    this.#child = fork(program, args, { execArgv: [...execArgv] });
    this.#ended = once(this.#child, 'exit');
    this.#child.on('message', (answer) => this.#onAnswer?.(answer));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Rejects when the process ends without an answer. */
  async ask<Q extends keyof Questions & string>(
    question: Q,
    ...args: readonly unknown[]
  ): Promise<Questions[Q]> {
    const answer = new Promise<unknown>((resolve) => {
      this.#onAnswer = resolve;
    });
    this.#child.send({ question, args });
    const ended = this.#ended.then(() => {
      throw new Error(`the process that was asked for ${question} has ended`);
    });
    return (await Promise.race([answer, ended])) as Questions[Q];
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** The other side: what is asked of this process goes to the function of that name. */
export function answerQuestions(
  answers: Readonly<Record<string, (...args: never[]) => unknown | Promise<unknown>>>,
): void {
  process.on('message', async (message) => {
    const { question, args } = message as { readonly question: string; readonly args: never[] };
    process.send?.((await answers[question]?.(...args)) ?? null);
  });
  process.on('disconnect', () => process.exit());
}
