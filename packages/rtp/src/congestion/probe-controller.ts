/**
 * When to probe, and how fast: a short burst above the estimate shows what the path carries in one round trip, where
 * growing by 8 % a second takes twelve seconds from 700 kbit/s to 1.8 Mbit/s. Pure: the time comes in.
 *
 * Three times and then six times the start rate at first; then, while the estimate is below what is wanted, twice the
 * estimate every few seconds, since nothing else tells that a limit has lifted. What succeeds at the start goes on at
 * once with twice the result; later the next waits until video was sent at the new rate, and a rate that does not hold
 * counts as a failure. libwebrtc probes so at the start and where the camera sends little; a viewer who fell from 5 Mbit/s to
 * 700 kbit/s needs it as much. Never while the queue is being drained.
 */

/** A burst to be sent at `bitsPerSecond`, until both minima are reached. */
export interface ProbeCluster {
  /** 1 and up, counted by viewer. */
  readonly id: number;
  readonly bitsPerSecond: number;
  readonly minBytes: number;
  readonly minPackets: number;
  /** However well it goes, the estimate is raised no further than this. */
  readonly ceilingBitsPerSecond: number;
}

/** At 1.4 Mbit/s 4 kB: at most 25 ms of queue on a path that carries half of it. */
const PROBE_MS = 25;
const MIN_PACKETS = 5;
const START_SCALES: readonly number[] = [3, 6];
const SCALE = 2;
/** libwebrtc: what measured this share of its rate has not met the path's limit. */
const SUCCESS_SHARE = 0.7;
/** A probe whose result has not come after this time was lost. */
const RESULT_WITHIN_MS = 1000;
/** Each failure in a row lengthens the interval to the next. 3 s keep a lifted limit unused for that long at most. */
const FIRST_INTERVAL_MS = 1500;
const INTERVAL_GROWTH = 1.5;
const MAX_INTERVAL_MS = 3000;
/**
 * A shaper lets some KB pass before it slows them down (15 are usual, more than a probe has), so after the path was full
 * once a success is first tried out with video, a little above the rate before; each one that holds allows a larger leap.
 */
const LEAPS = [1.25, 1.5, 2] as const;
/** 15 KB more than the path takes, at a quarter of 650 kbit/s, and until the queue after that is noticed. */
const TRY_OUT_MS = 1000;
/** A rate that is lowered sooner was none; later is another matter. */
const HOLDS_AFTER_MS = 2000;
/** After a decrease the queue drains for a while, and the rates have to settle. */
const CALM_MS = 1000;
/** Nearer to what is wanted than this is not worth a burst. */
const CLOSE_ENOUGH = 0.95;

export interface ProbeContext {
  readonly targetBitsPerSecond: number;
  /** What there is use for. */
  readonly wantedBitsPerSecond: number;
  readonly maxBitsPerSecond: number;
  /** Delay is normal, and no loss but the path's own. */
  readonly pathIsCalm: boolean;
  readonly lastDecreaseMs: number;
}

export class ProbeController {
  readonly #startBitsPerSecond: number;
  #started = false;
  #nextId = 1;
  #queued: number[] = [];
  #pending: { readonly cluster: ProbeCluster; readonly sinceMs: number } | undefined;
  #intervalMs = FIRST_INTERVAL_MS;
  #nextMs = Number.POSITIVE_INFINITY;
  #starting = true;
  /** Successes in a row that were tried out with video. */
  #triedOut = 0;
  /** Infinite while no success is being tried out. */
  #succeededMs = Number.POSITIVE_INFINITY;

  constructor(startBitsPerSecond: number) {
    this.#startBitsPerSecond = startBitsPerSecond;
  }

  /** The cluster to send now, once. */
  take(context: ProbeContext, nowMs: number): ProbeCluster | undefined {
    if (nowMs - this.#succeededMs >= HOLDS_AFTER_MS) this.#holds();
    if (!this.#started) {
      this.#started = true;
      if (this.#starting) this.#queued = START_SCALES.map((scale) => scale * this.#startBitsPerSecond);
    }
    if (this.#pending !== undefined && nowMs - this.#pending.sinceMs < RESULT_WITHIN_MS) return undefined;
    if (this.#pending !== undefined) this.#fail(nowMs);
    const calm = context.pathIsCalm && nowMs - context.lastDecreaseMs >= CALM_MS;
    if (!calm) {
      this.#queued = [];
      this.#nextMs = Math.min(this.#nextMs, nowMs + MAX_INTERVAL_MS);
      return undefined;
    }
    const isLow = context.targetBitsPerSecond < context.wantedBitsPerSecond * CLOSE_ENOUGH;
    if (this.#queued.length === 0 && isLow) {
      this.#nextMs = Math.min(this.#nextMs, nowMs + this.#intervalMs);
      if (nowMs >= this.#nextMs) this.#queued = [context.targetBitsPerSecond * SCALE];
    }
    const wanted = this.#queued.shift();
    const bitsPerSecond = Math.min(wanted ?? 0, context.maxBitsPerSecond);
    if (bitsPerSecond <= context.targetBitsPerSecond) {
      this.#queued = [];
      return undefined;
    }
    this.#nextMs = nowMs + this.#intervalMs;
    const cluster = {
      id: this.#nextId++,
      bitsPerSecond,
      minBytes: Math.ceil((bitsPerSecond * PROBE_MS) / 8000),
      minPackets: MIN_PACKETS,
      ceilingBitsPerSecond: context.targetBitsPerSecond * this.#leap,
    };
    this.#pending = { cluster, sinceMs: nowMs };
    return cluster;
  }

  /** A limit was raised: there is no need to wait. */
  hurry(nowMs: number): void {
    this.#intervalMs = FIRST_INTERVAL_MS;
    this.#nextMs = nowMs;
  }

  /** What a cluster measured so far; may come several times, each more exact. */
  handleResult(clusterId: number, bitsPerSecond: number, nowMs: number): void {
    const pending = this.#pending;
    if (pending?.cluster.id !== clusterId) return;
    this.#pending = undefined;
    if (bitsPerSecond < pending.cluster.bitsPerSecond * SUCCESS_SHARE) {
      this.#fail(nowMs);
      return;
    }
    this.#succeededMs = nowMs;
    if (this.#starting && this.#queued.length === 0) this.#queued = [bitsPerSecond * SCALE];
    if (this.#starting) return;
    this.#triedOut++;
    this.#nextMs = nowMs + TRY_OUT_MS;
  }

  /** The rate was lowered: soon after a success, that was none. */
  handleDecrease(nowMs: number): void {
    this.#starting = false;
    this.#triedOut = 0;
    if (this.#succeededMs !== Number.POSITIVE_INFINITY) this.#fail(nowMs);
    this.#succeededMs = Number.POSITIVE_INFINITY;
  }

  #holds(): void {
    this.#succeededMs = Number.POSITIVE_INFINITY;
    this.#intervalMs = FIRST_INTERVAL_MS;
  }

  get #leap(): number {
    return this.#starting ? Number.POSITIVE_INFINITY : (LEAPS[this.#triedOut] ?? LEAPS[2]);
  }

  #fail(nowMs: number): void {
    this.#pending = undefined;
    this.#queued = [];
    this.#triedOut = 0;
    this.#intervalMs = Math.min(this.#intervalMs * INTERVAL_GROWTH, MAX_INTERVAL_MS);
    this.#nextMs = nowMs + this.#intervalMs;
  }
}
