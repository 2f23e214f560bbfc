/**
 * Stops asking a service that fails, and lets one request through now and then to see whether it works again. Ours
 * rather than a library's, for its clock: cockatiel's policies read Date.now() and set timers of their own, and tell
 * nobody when a waiting caller may try again.
 */
import type { Scheduler } from '../scheduler.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerLimits {
  /** So many failures in a row open it. */
  readonly failures: number;
  readonly openMs: number;
}

export class CircuitBreaker {
  readonly #scheduler: Scheduler;
  readonly #limits: BreakerLimits;
  readonly #onChange: (state: BreakerState) => void;
  #state: BreakerState = 'closed';
  #failures = 0;
  #openUntilMs = 0;

  constructor(scheduler: Scheduler, limits: BreakerLimits, onChange: (state: BreakerState) => void) {
    this.#scheduler = scheduler;
    this.#limits = limits;
    this.#onChange = onChange;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** How long until a request may pass: 0 is now, undefined is when the one that tries it out has ended. */
  get waitMs(): number | undefined {
    if (this.#state === 'half-open') return undefined;
    return this.#state === 'closed' ? 0 : Math.max(0, this.#openUntilMs - this.#scheduler.now());
  }

  /** A request goes out; call it only when `waitMs` is 0. */
  handleRequest(): void {
    if (this.#state === 'open') this.#change('half-open');
  }

  handleSuccess(): void {
    this.#failures = 0;
    if (this.#state !== 'closed') this.#change('closed');
  }

  handleFailure(): void {
    this.#failures += 1;
    // Of several under way when it opened, the late failures do not prolong it.
    if (this.#state === 'open' || (this.#state === 'closed' && this.#failures < this.#limits.failures))
      return;
    this.#openUntilMs = this.#scheduler.now() + this.#limits.openMs;
    this.#change('open');
  }

  #change(state: BreakerState): void {
    this.#state = state;
    this.#onChange(state);
  }
}
