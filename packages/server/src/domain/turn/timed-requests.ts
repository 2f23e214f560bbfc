/** Bounds requests by our own clock, even when they do not listen to their signal, and ends all of them at once. */
import type { Cancel, Scheduler } from '../scheduler.ts';
import type { TurnFailure } from './turn-provider.ts';

export class TimedRequests {
  readonly #scheduler: Scheduler;
  readonly #timeoutMs: number;
  /** A set of ours: one AbortSignal with a listener for each request warns of a leak from the eleventh on. */
  readonly #underWay = new Set<AbortController>();
  #closed = false;

  constructor(scheduler: Scheduler, timeoutMs: number) {
    this.#scheduler = scheduler;
    this.#timeoutMs = timeoutMs;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Never rejects. */
  async run<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T | TurnFailure> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#underWay.add(controller);
    if (this.#closed) controller.abort();
    let cancelTimeout: Cancel | undefined;
    const ended = new Promise<TurnFailure>((resolve) => {
      cancelTimeout = this.#scheduler.after(this.#timeoutMs, () => controller.abort());
      const reason = `the TURN service did not answer within ${this.#timeoutMs / 1000} s`;
      signal.addEventListener('abort', () => resolve({ ok: false, why: 'timeout', reason }));
    });
    try {
      return await Promise.race([ended, request(signal)]);
    } catch {
      return { ok: false, why: 'unavailable', reason: 'the request to the TURN service failed' };
    } finally {
      cancelTimeout?.();
      this.#underWay.delete(controller);
    }
  }

  close(): void {
    this.#closed = true;
    for (const controller of this.#underWay) controller.abort();
  }
}
