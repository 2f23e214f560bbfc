/**
 * The loss-based rate: draft-ietf-rmcat-gcc-02, section 6, on the loss that a lower rate would cure. Pure.
 *
 * Plain gcc-02 takes all loss for congestion: at 3 % of random loss it no longer grows, at 10 % it collapses. But a
 * queue that overflows is a full queue. Loss while the queue is empty is the path's own; it is learned as such, and
 * only what is above it counts. Some paths drop without a queue (policers): so there is a bound to what is excused,
 * that of libwebrtc's second loss-based estimator, the wider the lower the rate. Loss while the queue is full is an
 * overuse that no trend shows, since the queue cannot grow any more; the caller treats it as one.
 */

/** gcc-02, section 6. */
const LOW_LOSS = 0.02;
const HIGH_LOSS = 0.1;
const INCREASE = 1.05;
/** Results are judged once there is enough of both. */
const MIN_WINDOW_MS = 200;
const MIN_WINDOW_PACKETS = 20;
/** Few packets are judged all the same after this long. */
const MAX_WINDOW_MS = 1000;
/** More than jitter. */
const EMPTY_QUEUE_MS = 25;
/** Less than the shortest queue that overflows in practice, and the loss that makes it more than a coincidence. */
const FULL_QUEUE_MS = 50;
const OVERFLOW_LOSS = 0.05;
/** Share of a window's loss that the path's own loss moves by. */
const LEARNING = 0.2;
/** The bound of what is excused: 5 %, and what 100 kbit/s are of the rate, up to a half. */
const EXCUSED_LOSS = 0.05;
const EXCUSED_BITS_PER_SECOND = 100_000;
const MAX_EXCUSED_LOSS = 0.5;

export interface LossContext {
  /** In force now. */
  readonly targetBitsPerSecond: number;
  readonly queueMs: number;
}

export type LossVerdict = 'fine' | 'lossy' | 'overflow';

export class LossBasedRate {
  /** Infinite while loss limits nothing. */
  bitsPerSecond: number;
  /** 0 to 1: of the last window, and what is held to be the path's own. */
  lossShare = 0;
  ownLossShare = 0;

  #lost = 0;
  #arrived = 0;
  #windowStartMs: number | undefined;

  constructor(startBitsPerSecond: number = Number.POSITIVE_INFINITY) {
    this.bitsPerSecond = startBitsPerSecond;
  }

  /** Packets that were reported since the last call. Undefined while there are too few to judge. */
  update(lost: number, arrived: number, context: LossContext, nowMs: number): LossVerdict | undefined {
    this.#windowStartMs ??= nowMs;
    this.#lost += lost;
    this.#arrived += arrived;
    const packets = this.#lost + this.#arrived;
    const elapsedMs = nowMs - this.#windowStartMs;
    const isFull = elapsedMs >= MIN_WINDOW_MS && packets >= MIN_WINDOW_PACKETS;
    if (packets === 0 || !(isFull || elapsedMs >= MAX_WINDOW_MS)) return undefined;
    const lossShare = this.#lost / packets;
    this.#lost = 0;
    this.#arrived = 0;
    this.#windowStartMs = nowMs;
    return this.judge(lossShare, context);
  }

  /** Takes the loss of a whole window, 0 to 1: a receiver report's. */
  judge(lossShare: number, context: LossContext): LossVerdict {
    this.lossShare = lossShare;
    const { targetBitsPerSecond, queueMs } = context;
    const excess = Math.max((lossShare - this.ownLossShare) / (1 - this.ownLossShare), 0);
    this.#learn(lossShare, context);
    if (excess > OVERFLOW_LOSS && queueMs >= FULL_QUEUE_MS) return 'overflow';
    if (excess > HIGH_LOSS) {
      this.bitsPerSecond = Math.min(this.bitsPerSecond, targetBitsPerSecond) * (1 - excess / 2);
      return 'lossy';
    }
    if (excess > LOW_LOSS) return 'lossy';
    // Where something else limits more, there is nothing left for loss to limit.
    const isLimiting = targetBitsPerSecond >= this.bitsPerSecond;
    this.bitsPerSecond = isLimiting ? this.bitsPerSecond * INCREASE : Number.POSITIVE_INFINITY;
    return 'fine';
  }

  #learn(lossShare: number, { targetBitsPerSecond, queueMs }: LossContext): void {
    const excused = EXCUSED_LOSS + EXCUSED_BITS_PER_SECOND / Math.max(targetBitsPerSecond, 1);
    const moved = this.ownLossShare + LEARNING * (lossShare - this.ownLossShare);
    if (queueMs >= EMPTY_QUEUE_MS && moved > this.ownLossShare) return;
    this.ownLossShare = Math.min(moved, excused, MAX_EXCUSED_LOSS);
  }
}
