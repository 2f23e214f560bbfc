/**
 * The delay-based rate: up while the queue is empty, quickly at first and in steps near the capacity; down to a share
 * of what got through when the queue grows (draft-ietf-rmcat-gcc-02, 5.5). Pure.
 *
 * Where the camera sends less than it may, growth would be guesswork: the rate stays, and probes raise it.
 */
import { LinkCapacity } from './link-capacity.ts';
import type { Usage } from './overuse-detector.ts';
import type { ProbeMeasurement } from './probe-results.ts';

/** gcc-02, 5.5: eta, 8 % a second. */
const GROWTH_PER_SECOND = 1.08;
/** gcc-02, 5.5: beta. What is left over drains the queue. */
const DECREASE = 0.85;
/** At once, where the trend alone says so. */
const MOST_DECREASE = 0.7;
/** gcc-02, 5.5: near the capacity, half a packet in a response time (here a whole one, as libwebrtc does today). */
const RESPONSE_OVERHEAD_MS = 100;
const STEP_BITS = 1200 * 8;
const MIN_STEP_BITS_PER_SECOND = 4000;
/** gcc-02, 5.5: never above 1.5 times what got through; the constant lets a start from nothing move. */
const MAX_OVER_ACKNOWLEDGED = 1.5;
const MAX_OVER_ACKNOWLEDGED_BITS_PER_SECOND = 10_000;
/**
 * An overuse goes on until the queue has drained: a second decrease waits for packets sent so long after the first.
 */
const DECREASE_INTERVAL_MS = 100;
/** How far a probe raises the rate that found the path full. */
const MAX_LEAP_INTO_FULL = 1.1;
/** A gap between two updates grows the rate as if it were this long. */
const MAX_STEP_MS = 1000;

export interface RateInput {
  readonly usage: Usage;
  /** What got through lately, evenly measured; undefined if unknown. */
  readonly acknowledgedBitsPerSecond: number | undefined;
  /** The same over a shorter time, exact where the queue was never empty: what a decrease goes by. */
  readonly recentBitsPerSecond: number | undefined;
  readonly applicationLimited: boolean;
  /** Known by more than the trend: what got through lately is all that the path takes. */
  readonly pathIsFull: boolean;
  readonly roundTripMs: number;
  /** When the newest packet was sent that is known to have arrived. */
  readonly newestSendMs: number;
}

export interface RateLimits {
  readonly minBitsPerSecond: number;
  readonly maxBitsPerSecond: number;
}

export class AimdRateControl {
  bitsPerSecond: number;
  state: 'increase' | 'hold' | 'decrease' = 'increase';

  readonly #capacity = new LinkCapacity();
  #lastMs: number | undefined;
  #lastDecreaseMs = Number.NEGATIVE_INFINITY;

  constructor(startBitsPerSecond: number) {
    this.bitsPerSecond = startBitsPerSecond;
  }

  update(input: RateInput, limits: RateLimits, nowMs: number): void {
    const elapsedMs = Math.min(Math.max(nowMs - (this.#lastMs ?? nowMs), 0), MAX_STEP_MS);
    this.#lastMs = nowMs;
    this.state = nextState(this.state, input.usage);
    if (this.state === 'increase') this.#increase(input, elapsedMs);
    if (this.state === 'decrease') this.#decrease(input, nowMs);
    this.#clamp(limits);
  }

  /**
   * What a probe measured: the path carries it. Where it met the path's limit, known to be shared or near, the burst may
   * have pushed others aside, whose backing off would then look like room: it counts for a step, not for a leap.
   */
  handleProbe({ bitsPerSecond, pathWasFull }: ProbeMeasurement, ceiling: number, limits: RateLimits): void {
    const intoFull = pathWasFull && this.#capacity.bitsPerSecond !== undefined;
    const most = intoFull ? Math.min(ceiling, this.bitsPerSecond * MAX_LEAP_INTO_FULL) : ceiling;
    const raised = Math.min(bitsPerSecond, most);
    if (!pathWasFull && this.#capacity.isBelow(bitsPerSecond)) this.#capacity.forget();
    this.bitsPerSecond = Math.max(this.bitsPerSecond, raised);
    this.#clamp(limits);
  }

  /** Something else than delay found that the path carries less. */
  lower(bitsPerSecond: number, limits: RateLimits): void {
    this.bitsPerSecond = Math.min(this.bitsPerSecond, bitsPerSecond);
    this.#clamp(limits);
  }

  #increase(input: RateInput, elapsedMs: number): void {
    const acknowledged = input.acknowledgedBitsPerSecond;
    if (input.applicationLimited) return;
    const nearCapacity = this.#capacity.bitsPerSecond !== undefined;
    const grown = nearCapacity
      ? this.bitsPerSecond + (stepBitsPerSecond(input.roundTripMs) * elapsedMs) / 1000
      : this.bitsPerSecond * GROWTH_PER_SECOND ** (elapsedMs / 1000);
    if (acknowledged === undefined) return;
    const bound = MAX_OVER_ACKNOWLEDGED * acknowledged + MAX_OVER_ACKNOWLEDGED_BITS_PER_SECOND;
    this.bitsPerSecond = Math.max(this.bitsPerSecond, Math.min(grown, bound));
  }

  #decrease(input: RateInput, nowMs: number): void {
    this.state = 'hold';
    const recent = input.recentBitsPerSecond ?? input.acknowledgedBitsPerSecond;
    if (recent === undefined) return;
    if (!input.pathIsFull && input.newestSendMs - this.#lastDecreaseMs < DECREASE_INTERVAL_MS) return;
    let lowered = recent * DECREASE;
    if (lowered > this.bitsPerSecond) lowered = (this.#capacity.bitsPerSecond ?? recent) * DECREASE;
    if (input.applicationLimited) {
      // Where the camera sends little, what got through is no capacity.
      lowered = Math.max(lowered, this.bitsPerSecond * DECREASE);
    } else {
      // With less sent than the path takes, what got through is no capacity either.
      if (!input.pathIsFull) lowered = Math.max(lowered, this.bitsPerSecond * MOST_DECREASE);
      // Far below the capacity known so far: the path has changed.
      if (this.#capacity.isAbove(recent)) this.#capacity.forget();
      this.#capacity.handleOveruse(recent);
    }
    this.bitsPerSecond = Math.min(this.bitsPerSecond, lowered);
    this.#lastDecreaseMs = nowMs;
  }

  #clamp(limits: RateLimits): void {
    const lowest = Math.max(this.bitsPerSecond, limits.minBitsPerSecond);
    this.bitsPerSecond = Math.min(lowest, limits.maxBitsPerSecond);
  }
}

/** gcc-02, 5.5, the table of states; an underuse means that the queue drains, which is waited for. */
function nextState(state: AimdRateControl['state'], usage: Usage): AimdRateControl['state'] {
  switch (usage) {
    case 'overuse':
      return 'decrease';
    case 'underuse':
      return 'hold';
    case 'normal':
      return state === 'hold' ? 'increase' : state;
  }
}

function stepBitsPerSecond(roundTripMs: number): number {
  const perSecond = STEP_BITS / ((roundTripMs + RESPONSE_OVERHEAD_MS) / 1000);
  return Math.max(perSecond, MIN_STEP_BITS_PER_SECOND);
}
