import { Alarm } from './alarm.ts';
import { backoffMs, MEDIA_BACKOFF } from './backoff.ts';
import type { Clock, Random } from './ports.ts';

/** A busy Pi takes a second or two for an offer. */
const OFFER_WAIT_MS = 6_000;

/** ICE through TURN over TCP, on a bad network, still shows a frame in this time or never. */
const FIRST_FRAME_WAIT_MS = 12_000;

/**
 * How far the video is. `asking`: an offer is due. `opening`: it is being answered. `flowing`: frames were shown.
 * `lost`: it broke, and a `join` that asks for another offer is planned or sent. In all but `flowing` an older connection
 * may still be shown.
 */
export type MediaPhase =
  | { readonly phase: 'asking' | 'opening' | 'flowing' }
  | { readonly phase: 'lost'; readonly retryInMs: number };

export interface TriesEvents {
  /** A new offer is to be asked for now, by joining again (SPEC.md, JOIN4). */
  onAsk(): void;
  /** The offer in `asking`, or the first frame in `opening`, has not come in time. */
  onLate(): void;
}

/**
 * One try for a picture after another: how far this one is, and when the next is asked for. Owns the phase, the count of
 * failures and the timers; whether a try has failed is for others to judge.
 */
export class MediaTries {
  readonly #random: Random;
  readonly #events: TriesEvents;
  readonly #patience: Alarm;
  readonly #retry: Alarm;
  #phase: MediaPhase = { phase: 'asking' };
  #failures = 0;

  constructor(ports: { clock: Clock; random: Random }, events: TriesEvents) {
    this.#random = ports.random;
    this.#events = events;
    this.#patience = new Alarm(ports.clock);
    this.#retry = new Alarm(ports.clock);
  }

  get phase(): MediaPhase {
    return this.#phase;
  }

  /** Since the last picture. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether an offer, or a first frame, is due and may still come in time. */
  get isWaiting(): boolean {
    return this.#patience.isSet;
  }

  expectOffer(): void {
    this.#phase = { phase: 'asking' };
    this.#retry.clear();
    this.#patience.set(OFFER_WAIT_MS, () => this.#events.onLate());
  }

  expectFrame(): void {
    this.#phase = { phase: 'opening' };
    this.#retry.clear();
    this.#patience.set(FIRST_FRAME_WAIT_MS, () => this.#events.onLate());
  }

  handleMoving(): void {
    this.#failures = 0;
    // With a `join` sent its offer comes; one that is only planned is not needed any more.
    if (this.#phase.phase !== 'opening' && !this.#retry.isSet) return;
    this.stop();
    this.#phase = { phase: 'flowing' };
  }

  /** The try came to nothing, or its connection broke. The next is asked for at once, then more and more slowly. */
  fail(): void {
    this.#patience.clear();
    this.#failures += 1;
    const retryInMs = this.#failures === 1 ? 0 : backoffMs(this.#failures - 1, MEDIA_BACKOFF, this.#random);
    this.#phase = { phase: 'lost', retryInMs };
    if (retryInMs === 0) this.#events.onAsk();
    else this.#retry.set(retryInMs, () => this.#events.onAsk());
  }

  /** Asks for the next while this one still has a picture. */
  askAhead(): void {
    this.#phase = { phase: 'lost', retryInMs: 0 };
    this.#events.onAsk();
  }

  /** Nobody can be asked. `fellBack`: what was being made is given up, and the connection before it is the newest again. */
  handleServerLost({ fellBack, isMoving }: { fellBack: boolean; isMoving: boolean }): void {
    this.stop();
    const wasLost = this.#phase.phase === 'lost';
    // A connection that was to be replaced ahead of time goes on.
    if (fellBack || (wasLost && isMoving)) this.#phase = { phase: 'flowing' };
    else if (wasLost) this.#phase = { phase: 'asking' };
  }

  /** Nobody can be asked; the camera offers by itself when it comes. */
  handleCameraAbsent(): void {
    this.stop();
    this.#failures = 0;
    if (this.#phase.phase === 'lost') this.#phase = { phase: 'asking' };
  }

  /** Nothing is late any more, and nothing is asked for later. */
  stop(): void {
    this.#patience.clear();
    this.#retry.clear();
  }
}
