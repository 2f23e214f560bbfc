/** Viewers who come and go all the time: every two seconds one joins, or one leaves. */
import { seededRandom } from '../support/random.ts';
import { PasserBy, type Way } from './passer-by.ts';

const STEP_EVERY_MS = 2_000;

/** A family and its guests. */
const MOST_AT_ONCE = 6;

/** How people leave, in turn. */
const WAYS: readonly Way[] = ['hang-up', 'lose-socket', 'vanish'];

export interface Passing {
  readonly joined: number;
  /** Of these, who had video before they left. */
  readonly saw: number;
}

export class PassersBy {
  readonly #port: number;
  readonly #random = seededRandom(11);
  readonly #here: PasserBy[] = [];
  readonly #leaving = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #joined = 0;
  #saw = 0;

  constructor(port: number) {
    this.#port = port;
  }

  get passing(): Passing {
    return { joined: this.#joined, saw: this.#saw };
  }

  start(): void {
    this.#timer = setInterval(() => this.#step(), STEP_EVERY_MS);
  }

  /** Resolves when everyone has left. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    while (this.#here.length > 0) this.#leave();
    await Promise.all(this.#leaving);
  }

  #step(): void {
    const here = this.#here.length;
    if (here < MOST_AT_ONCE && this.#random() > here / (MOST_AT_ONCE + 1)) this.#join();
    else this.#leave();
  }

  #join(): void {
    const way = WAYS[this.#joined++ % WAYS.length] ?? 'vanish';
    this.#here.push(new PasserBy(this.#port, way));
  }

  /** Who came first leaves first. */
  #leave(): void {
    const passerBy = this.#here.shift();
    if (passerBy === undefined) return;
    if (passerBy.hasVideo) this.#saw++;
    const left = passerBy.leave().finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }
}
