/**
 * When to probe, and how fast: a short burst above the estimate shows what the path carries in one round trip, where
 * growing by 8 % a second takes twelve seconds from 700 kbit/s to 1.8 Mbit/s. Pure: the time comes in.
 *
 * Three times and then six times the start rate at first; then, while the estimate is below what is wanted, twice the
 * estimate every few seconds, since nothing else tells that a limit has lifted. What succeeds goes on at once with twice
 * the result. libwebrtc probes so at the start and where the camera sends little; a viewer who fell from 5 Mbit/s to
 * 700 kbit/s needs it as much. Never while the queue is being drained.
 */

/** A burst to be sent at `bitsPerSecond`, until both minima are reached. */
export interface ProbeCluster {
  /** 1 and up, counted by viewer. */
  readonly id: number;
  readonly bitsPerSecond: number;
  readonly minBytes: number;
  readonly minPackets: number;
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
/** Each failure in a row lengthens the interval to the next. 4 s keep a lifted limit unused for that long at most. */
const FIRST_INTERVAL_MS = 1500;
const INTERVAL_GROWTH = 1.5;
const MAX_INTERVAL_MS = 4000;
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

  constructor(startBitsPerSecond: number) {
    this.#startBitsPerSecond = startBitsPerSecond;
  }

  /** The cluster to send now, once. */
  take(context: ProbeContext, nowMs: number): ProbeCluster | undefined {
    if (!this.#started) {
      this.#started = true;
      this.#queued = START_SCALES.map((scale) => scale * this.#startBitsPerSecond);
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
    this.#intervalMs = FIRST_INTERVAL_MS;
    if (this.#queued.length === 0) this.#queued = [bitsPerSecond * SCALE];
  }

  #fail(nowMs: number): void {
    this.#pending = undefined;
    this.#queued = [];
    this.#intervalMs = Math.min(this.#intervalMs * INTERVAL_GROWTH, MAX_INTERVAL_MS);
    this.#nextMs = nowMs + this.#intervalMs;
  }
}
