/**
 * The one way to a TURN service that is asked over a network: a timeout, one retry, a budget, a pause after failures
 * and a circuit breaker. Whoever wants credentials asks for a permit first, and learns why not and for how long.
 */
import type { Cancel, Scheduler } from '../scheduler.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { type BudgetLimits, RequestBudget } from './request-budget.ts';
import { TimedRequests } from './timed-requests.ts';
import type { AskedTurn, MintRequest, MintResult, TurnEvent, TurnFailure } from './turn-provider.ts';

/** Cloudflare answers in 0.2 s. */
export const REQUEST_TIMEOUT_MS = 3000;
/** Enough to renew 6,000 viewers every five minutes; Cloudflare takes 500 a second. */
export const BUDGET: BudgetLimits = { perMinute: 1200, inFlight: 16 };
export const BREAKER = { failures: 5, openMs: 30_000 };
/** Longest wait before the one retry. Random: what failed together does not come back together. */
const RETRY_WITHIN_MS = 500;
const FIRST_PAUSE_MS = 1000;
/** Full jitter may draw zero; a service that fails is not asked more often than this. */
const SHORTEST_PAUSE_MS = 250;

export type Permit =
  | { readonly ok: true }
  /** No `retryInMs`: when a request that is under way has ended. */
  | { readonly ok: false; readonly reason: string; readonly retryInMs: number | undefined };

interface UpstreamComponents {
  readonly provider: AskedTurn;
  readonly scheduler: Scheduler;
  /** 0 to 1, exclusive. */
  readonly random: () => number;
  readonly report: (event: TurnEvent) => void;
}

export class TurnUpstream {
  readonly #components: UpstreamComponents;
  readonly #breaker: CircuitBreaker;
  readonly #budget: RequestBudget;
  readonly #requests: TimedRequests;
  readonly #waits = new Set<() => void>();
  #failures = 0;
  #lastFailure: TurnFailure | undefined;
  #pausedUntilMs = 0;

  constructor(components: UpstreamComponents) {
    const { scheduler, report } = components;
    this.#components = components;
    this.#requests = new TimedRequests(scheduler, REQUEST_TIMEOUT_MS);
    this.#budget = new RequestBudget(scheduler, BUDGET);
    this.#breaker = new CircuitBreaker(scheduler, BREAKER, (state) => report({ type: 'breaker', state }));
  }

  /** What went wrong last, or undefined while all is well. */
  get failure(): string | undefined {
    return this.#lastFailure?.reason;
  }

  /** `reserve`: the share of the budget that must be left for others. */
  permit(reserve = 0): Permit {
    const breakerMs = this.#breaker.waitMs;
    const pauseMs = Math.max(0, this.#pausedUntilMs - this.#components.scheduler.now());
    if (breakerMs !== 0 || pauseMs > 0) {
      const reason = this.failure ?? 'the TURN service fails';
      return {
        ok: false,
        reason,
        retryInMs: breakerMs === undefined ? undefined : Math.max(breakerMs, pauseMs),
      };
    }
    const budgetMs = this.#budget.waitMs(reserve);
    if (budgetMs === 0) return { ok: true };
    return { ok: false, reason: 'too many TURN credentials are asked for at once', retryInMs: budgetMs };
  }

  /** Call it only with a permit. Never rejects. */
  async mint(request: MintRequest): Promise<MintResult> {
    const first = await this.#attempt(request);
    if (first.ok || !isWorthARetry(first) || !this.#mayRetry) return this.#conclude(first);
    await this.#wait(RETRY_WITHIN_MS * this.#components.random());
    return this.#conclude(this.#mayRetry ? await this.#attempt(request) : first);
  }

  close(): void {
    this.#requests.close();
    for (const end of this.#waits) end();
  }

  get #mayRetry(): boolean {
    return !this.#requests.isClosed && this.#breaker.waitMs === 0 && this.#budget.waitMs() === 0;
  }

  async #attempt(request: MintRequest): Promise<MintResult> {
    this.#breaker.handleRequest();
    this.#budget.begin();
    const result = await this.#requests.run((signal) => this.#components.provider.mint(request, signal));
    this.#budget.end();
    if (this.#requests.isClosed) return result;
    if (result.ok) this.#breaker.handleSuccess();
    else this.#breaker.handleFailure();
    return result;
  }

  #conclude(result: MintResult): MintResult {
    const { scheduler, random, report } = this.#components;
    if (this.#requests.isClosed) return result;
    if (result.ok) {
      this.#failures = 0;
      this.#pausedUntilMs = 0;
      this.#lastFailure = undefined;
      report({ type: 'minted' });
    } else {
      const ceiling = Math.min(BREAKER.openMs, FIRST_PAUSE_MS * 2 ** this.#failures);
      this.#failures += 1;
      this.#pausedUntilMs = scheduler.now() + Math.max(SHORTEST_PAUSE_MS, ceiling * random());
      this.#lastFailure = result;
      report({ type: 'mint-failed', why: result.why, reason: result.reason });
    }
    return result;
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      let cancel: Cancel | undefined;
      const end = () => {
        cancel?.();
        this.#waits.delete(end);
        resolve();
      };
      this.#waits.add(end);
      cancel = this.#components.scheduler.after(delayMs, end);
    });
  }
}

/** A wrong key stays wrong, and who asks too much must not ask more. */
function isWorthARetry({ why }: TurnFailure): boolean {
  return why === 'unavailable' || why === 'timeout' || why === 'malformed';
}
