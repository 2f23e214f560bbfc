/**
 * What was sent under which transport-wide sequence number, and what became of it
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01). Pure: the time comes in.
 *
 * Numbers on the wire have 16 bits and the reference time 24; inside they never wrap. A packet reported missing has one
 * more feedback to arrive in before it counts as lost, because a receiver reports what is merely late as missing too.
 * A packet that is sent again keeps its number (outgoing-rtp.ts): unless the arrival can only be the first copy's, the
 * first was lost, and the arrival of the second is no measure of delay (Karn's rule). Not here: what the results mean.
 */
import { ARRIVAL_DELTA_US, NOT_ARRIVED, type TransportFeedback } from '../rtcp/transport-feedback.ts';

/** Four seconds at 10 Mbit/s. A receiver's feedback is never that late. */
const CAPACITY = 4096;

/** The reference time has 24 bits of 64 ms. */
const REFERENCE_WRAP_MS = 2 ** 24 * 64;

/** Feedback counts in 250 µs, clocks in whole milliseconds perhaps. */
const CLOCK_STEP_MS = 1;

const EMPTY = 0;
const IN_FLIGHT = 1;
/** Left the flight unreported: newer ones arrived, or it was given up. A report may still come. */
const UNREPORTED = 2;
const MISSING = 3;
const LOST = 4;
const ARRIVED = 5;

/**
 * Is told what feedback says about each packet, once for each state that the packet takes: first what is lost, then what
 * arrived, in the order of arrival. Numbers and not objects: it is asked ten thousand times a second.
 */
export interface PacketNews {
  handleLost(sendMs: number): void;
  /** `arrivalMs` is on the receiver's clock; `probeCluster` is 0 for a packet of none. */
  handleArrived(sendMs: number, arrivalMs: number, bytes: number, probeCluster: number): void;
  /** After it was told as lost, or as the second copy of one that was: bytes that got through, nothing more. */
  handleArrivedAgain(bytes: number, arrivalMs: number): void;
}

/** For one viewer. Memory is fixed; work is linear in the entries of a feedback. */
export class SentPacketHistory {
  /** Sent, and nothing sent later has arrived. Packets sent again are not counted. */
  bytesInFlight = 0;

  readonly #sequences = new Float64Array(CAPACITY);
  readonly #sendMs = new Float64Array(CAPACITY);
  /** Infinite if it was sent once only. */
  readonly #resentMs = new Float64Array(CAPACITY);
  readonly #bytes = new Uint16Array(CAPACITY);
  readonly #probes = new Int32Array(CAPACITY);
  readonly #states = new Uint8Array(CAPACITY);
  readonly #arrivalMs = new Float64Array(CAPACITY);
  #newest = -1;
  /** Everything before this number has left the flight. */
  #flightStart = 0;
  #missing: number[] = [];
  /** What the feedback at hand says has arrived: slots, and -1 less the slot for those that arrived again. */
  readonly #arrived: number[] = [];
  #referenceMs: number | undefined;

  /** `transportSequence` is the number on the wire, one more than the last; `probeCluster` is positive. */
  handleSent(transportSequence: number, bytes: number, nowMs: number, probeCluster?: number): void {
    const sequence =
      this.#newest === -1
        ? transportSequence & 0xffff
        : this.#newest + ((transportSequence - this.#newest) & 0xffff);
    if (sequence === this.#newest) return;
    if (this.#newest === -1) this.#flightStart = sequence;
    this.#newest = sequence;
    this.#advanceFlight(sequence - CAPACITY);
    const slot = sequence % CAPACITY;
    this.#sequences[slot] = sequence;
    this.#sendMs[slot] = nowMs;
    this.#resentMs[slot] = Number.POSITIVE_INFINITY;
    this.#bytes[slot] = bytes;
    this.#probes[slot] = probeCluster ?? 0;
    this.#states[slot] = IN_FLIGHT;
    this.bytesInFlight += this.#bytes[slot] ?? 0;
  }

  /** A packet went out again under its old number. */
  handleResent(transportSequence: number, nowMs: number): void {
    const sequence = this.#find(transportSequence);
    if (sequence === undefined) return;
    const slot = sequence % CAPACITY;
    this.#resentMs[slot] = Math.min(this.#resentMs[slot] ?? 0, nowMs);
  }

  /**
   * `lowestDelayMs` is the smallest difference of arrival and sending lately: what arrived sooner after it was sent again
   * is the first copy, late.
   */
  handleFeedback(feedback: TransportFeedback, lowestDelayMs: number, news: PacketNews): void {
    const { arrivalDeltas, baseSequence } = feedback;
    const missingBefore = this.#missing;
    this.#missing = [];
    this.#arrived.length = 0;
    let arrivalMs = this.#unwrapReference(feedback.referenceTimeUs / 1000);
    let newestArrived = -1;
    let isInOrder = true;
    for (let position = 0; position < arrivalDeltas.length; position++) {
      const delta = arrivalDeltas[position] ?? NOT_ARRIVED;
      const sequence = this.#find(baseSequence + position);
      if (delta === NOT_ARRIVED) {
        if (sequence !== undefined) this.#handleMissing(sequence);
        continue;
      }
      arrivalMs += (delta * ARRIVAL_DELTA_US) / 1000;
      if (delta < 0) isInOrder = false;
      if (sequence === undefined) continue;
      newestArrived = Math.max(newestArrived, sequence);
      const isFirstLost = this.#handleArrival(sequence, arrivalMs, lowestDelayMs);
      if (isFirstLost) news.handleLost(this.#sendMs[sequence % CAPACITY] ?? 0);
    }
    for (const sequence of missingBefore) {
      const slot = sequence % CAPACITY;
      if (this.#states[slot] !== MISSING || !this.#holds(sequence)) continue;
      this.#states[slot] = LOST;
      news.handleLost(this.#sendMs[slot] ?? 0);
    }
    if (newestArrived >= 0) this.#advanceFlight(newestArrived);
    if (!isInOrder) this.#arrived.sort((a, b) => this.#arrivalMsOf(a) - this.#arrivalMsOf(b));
    for (const arrived of this.#arrived) this.#tellArrived(arrived, news);
  }

  /** Packets sent before `beforeMs` leave the flight: feedback about them was lost, or the path is cut. */
  giveUpBefore(beforeMs: number): void {
    while (this.#flightStart <= this.#newest) {
      const slot = this.#flightStart % CAPACITY;
      if ((this.#sendMs[slot] ?? 0) >= beforeMs) return;
      this.#advanceFlight(this.#flightStart);
    }
  }

  /** The newest number that the 16 bits can mean, if it was sent and is still held. */
  #find(transportSequence: number): number | undefined {
    if (this.#newest === -1) return undefined;
    const sequence = this.#newest - ((this.#newest - transportSequence) & 0xffff);
    return sequence >= 0 && this.#holds(sequence) ? sequence : undefined;
  }

  #holds(sequence: number): boolean {
    const slot = sequence % CAPACITY;
    return this.#sequences[slot] === sequence && this.#states[slot] !== EMPTY;
  }

  #advanceFlight(upTo: number): void {
    for (; this.#flightStart <= upTo; this.#flightStart++) {
      const slot = this.#flightStart % CAPACITY;
      if (this.#states[slot] !== IN_FLIGHT || this.#sequences[slot] !== this.#flightStart) continue;
      this.#states[slot] = UNREPORTED;
      this.bytesInFlight -= this.#bytes[slot] ?? 0;
    }
  }

  /** Near the last one, before or after it: feedback may come out of order. The first is made positive. */
  #unwrapReference(ms: number): number {
    const last = this.#referenceMs ?? ms + REFERENCE_WRAP_MS;
    const unwrapped = ms + Math.round((last - ms) / REFERENCE_WRAP_MS) * REFERENCE_WRAP_MS;
    this.#referenceMs = unwrapped;
    return unwrapped;
  }

  #handleMissing(sequence: number): void {
    const slot = sequence % CAPACITY;
    const state = this.#states[slot] ?? EMPTY;
    if (state !== IN_FLIGHT && state !== UNREPORTED) return;
    if (state === IN_FLIGHT) this.bytesInFlight -= this.#bytes[slot] ?? 0;
    this.#states[slot] = MISSING;
    this.#missing.push(sequence);
  }

  /** Returns whether it tells that the first copy was lost. */
  #handleArrival(sequence: number, arrivalMs: number, lowestDelayMs: number): boolean {
    const slot = sequence % CAPACITY;
    const state = this.#states[slot] ?? EMPTY;
    if (state === ARRIVED) return false;
    if (state === IN_FLIGHT) this.bytesInFlight -= this.#bytes[slot] ?? 0;
    this.#states[slot] = ARRIVED;
    const isSecond = arrivalMs - (this.#resentMs[slot] ?? 0) >= lowestDelayMs - CLOCK_STEP_MS;
    this.#arrivalMs[slot] = arrivalMs;
    // The second of two counts for nothing but its bytes: its time of sending is not known.
    this.#arrived.push(isSecond || state === LOST ? -slot - 1 : slot);
    return isSecond && state !== LOST;
  }

  #tellArrived(arrived: number, news: PacketNews): void {
    const slot = slotOf(arrived);
    const bytes = this.#bytes[slot] ?? 0;
    const arrivalMs = this.#arrivalMsOf(arrived);
    if (arrived < 0) news.handleArrivedAgain(bytes, arrivalMs);
    else news.handleArrived(this.#sendMs[slot] ?? 0, arrivalMs, bytes, this.#probes[slot] ?? 0);
  }

  #arrivalMsOf(arrived: number): number {
    return this.#arrivalMs[slotOf(arrived)] ?? 0;
  }
}

function slotOf(arrived: number): number {
  return arrived < 0 ? -arrived - 1 : arrived;
}
