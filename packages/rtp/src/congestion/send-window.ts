/**
 * How much may be under way to one viewer: what the path takes in a round trip, and some more. Pure.
 *
 * A window beside the rate: where feedback stays away, as on a path that was cut, the rate would go on filling a queue
 * that nobody sees.
 */
import { QueueDelay } from './queue-delay.ts';

/** What may be under way beyond a round trip: a feedback interval and a queue worth having. */
const ALLOWANCE_MS = 300;
/** Of the round trip, only so much queue is counted: a window that grows with the queue would feed it. */
const MAX_COUNTED_QUEUE_MS = 200;
/** Always: a keyframe's beginning gets through even at the lowest rate. */
const MIN_WINDOW_BYTES = 6000;

/** Share of a new sample in the round trip, RFC 6298's. */
const ROUND_TRIP_SMOOTHING = 0.125;
export const UNKNOWN_ROUND_TRIP_MS = 200;

export class SendWindow {
  /** Smoothed, with the path's queues in it; undefined until known. */
  roundTripMs: number | undefined;

  readonly #samples = new QueueDelay();

  /** The part of the round trip that comes and goes. */
  get queueMs(): number {
    return this.#samples.ms;
  }

  handleRoundTrip(sampleMs: number, nowMs: number): void {
    this.#samples.add(sampleMs, nowMs);
    const before = this.roundTripMs ?? sampleMs;
    this.roundTripMs = before + ROUND_TRIP_SMOOTHING * (sampleMs - before);
  }

  /** How many bytes more may be sent; 0 or less: none. */
  allowedBytes(targetBitsPerSecond: number, bytesInFlight: number): number {
    const roundTripMs = this.roundTripMs ?? UNKNOWN_ROUND_TRIP_MS;
    const countedMs = Math.min(roundTripMs, this.#samples.lowestMs + MAX_COUNTED_QUEUE_MS) + ALLOWANCE_MS;
    return Math.max((targetBitsPerSecond * countedMs) / 8000, MIN_WINDOW_BYTES) - bytesInFlight;
  }
}
