/** How much may be asked of a service: so many requests a minute, all of them at once, and so many at a time. */
import { type Rate, rateOf, TokenBucket } from '../limits/token-bucket.ts';
import type { Scheduler } from '../scheduler.ts';

export interface BudgetLimits {
  readonly perMinute: number;
  readonly inFlight: number;
}

export class RequestBudget {
  readonly #scheduler: Scheduler;
  readonly #limits: BudgetLimits;
  readonly #rate: Rate;
  readonly #requests: TokenBucket;
  #inFlight = 0;

  constructor(scheduler: Scheduler, limits: BudgetLimits) {
    this.#scheduler = scheduler;
    this.#limits = limits;
    this.#rate = rateOf(limits.perMinute, 60);
    this.#requests = new TokenBucket(this.#rate, scheduler.now());
  }

  /** How long until there is one: 0 is now, undefined is when a request has ended. `reserve` is the share to leave. */
  waitMs(reserve = 0): number | undefined {
    const { inFlight, perMinute } = this.#limits;
    if (this.#inFlight >= inFlight * (1 - reserve)) return undefined;
    const wanted = 1 + reserve * perMinute;
    return Math.ceil(this.#requests.msUntil(wanted, this.#rate, this.#scheduler.now()));
  }

  /** A request goes out; call it only when `waitMs` is 0. */
  begin(): void {
    this.#requests.take(1, this.#rate, this.#scheduler.now());
    this.#inFlight += 1;
  }

  end(): void {
    this.#inFlight -= 1;
  }
}
