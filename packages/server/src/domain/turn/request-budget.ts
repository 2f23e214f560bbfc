/** How much may be asked of a service: so many requests a minute, and so many at a time. */
import type { Scheduler } from '../scheduler.ts';

export interface BudgetLimits {
  readonly perMinute: number;
  readonly inFlight: number;
}

/** A bucket that holds a minute's worth and fills evenly. */
export class RequestBudget {
  readonly #scheduler: Scheduler;
  readonly #limits: BudgetLimits;
  #tokens: number;
  #filledAtMs: number;
  #inFlight = 0;

  constructor(scheduler: Scheduler, limits: BudgetLimits) {
    this.#scheduler = scheduler;
    this.#limits = limits;
    this.#tokens = limits.perMinute;
    this.#filledAtMs = scheduler.now();
  }

  /** How long until there is one: 0 is now, undefined is when a request has ended. `reserve` is the share to leave. */
  waitMs(reserve = 0): number | undefined {
    const { inFlight, perMinute } = this.#limits;
    if (this.#inFlight >= inFlight * (1 - reserve)) return undefined;
    this.#fill();
    const missing = 1 + reserve * perMinute - this.#tokens;
    return missing <= 0 ? 0 : Math.ceil(missing * this.#msEach);
  }

  begin(): void {
    this.#fill();
    this.#tokens -= 1;
    this.#inFlight += 1;
  }

  end(): void {
    this.#inFlight -= 1;
  }

  get #msEach(): number {
    return 60_000 / this.#limits.perMinute;
  }

  #fill(): void {
    const nowMs = this.#scheduler.now();
    // A clock that was set back fills nothing, and takes nothing away.
    const gained = Math.max(0, nowMs - this.#filledAtMs) / this.#msEach;
    this.#tokens = Math.min(this.#limits.perMinute, this.#tokens + gained);
    this.#filledAtMs = nowMs;
  }
}
