/** Viewers in a process of their own: the side that gives the orders. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answers, Order } from './receiver-program.ts';

const PROGRAM = fileURLToPath(new URL('receiver-program.js', import.meta.url));

/** How many join at a time: more handshakes at once only wait for each other on a small machine. */
const AT_ONCE = 5;

/** A join takes a tenth of a second; one whose DTLS packets are lost, seconds. */
const JOIN_WITHIN_MS = 30_000;

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (reason: Error) => void;
}

export class Receivers {
  readonly #child: ChildProcess = fork(PROGRAM);
  readonly #ended: Promise<unknown>;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  /** Why no order will be answered any more. */
  #dead: Error | undefined;
  /** The SRTP profile that was agreed on, as far as it could be seen. */
  srtp = '';

  constructor() {
    this.#child.on('message', ({ id, answer }: { readonly id: number; readonly answer: never }) => {
      this.#waiting.get(id)?.resolve(answer);
      this.#waiting.delete(id);
    });
    this.#ended = once(this.#child, 'exit').then(([code, signal]) => {
      this.#dead = new Error(`the viewers' process ended with ${code ?? signal}`);
      for (const { reject } of this.#waiting.values()) reject(this.#dead);
      this.#waiting.clear();
    });
  }

  /** Resolves when all of `count` new viewers receive packets. */
  async join(port: number, count: number, streamId = 'pi-camera-stream'): Promise<void> {
    for (let joined = 0; joined < count; joined += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, count - joined) }, () =>
        this.#ask({ order: 'join', port, streamId }),
      );
      const answers = await Promise.race([Promise.all(some), tooLate(joined)]);
      this.srtp = answers[0]?.srtp ?? '';
    }
  }

  /** One viewer who goes again: milliseconds from `join` to the first packet, undefined where none came. */
  async joinAndLeave(port: number, streamId = 'pi-camera-stream'): Promise<number | undefined> {
    return (await this.#ask({ order: 'join-and-leave', port, streamId })).tookMs;
  }

  /** All viewers' packets together. */
  count(): Promise<Answers['count']> {
    return this.#ask({ order: 'count' });
  }

  /** From now on, the first viewer notes how long each picture takes. */
  async measureDelays(): Promise<void> {
    await this.#ask({ order: 'measure-delays' });
  }

  takeDelaysMs(): Promise<readonly number[]> {
    return this.#ask({ order: 'take-delays' });
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #ask<T extends Order>(order: T): Promise<Answers[T['order']]> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // What can't be sent is left to the process's end, which is near and says more than a broken channel does.
      this.#child.send({ id, order }, () => undefined);
    });
  }
}

function tooLate(joined: number): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void =>
      reject(new Error(`no packet within ${JOIN_WITHIN_MS} ms, ${joined} viewers have some`));
    setTimeout(fail, JOIN_WITHIN_MS).unref();
  });
}
