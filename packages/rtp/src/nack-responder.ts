/**
 * Decides which packets to send again when a viewer asks for them (RFC 4585, 6.2.1). Pure: the time comes in.
 *
 * RFC 4585 leaves it to the sender whether to answer. One RTCP packet can name thousands, and a congested path answered
 * in full only gets worse, so there is one answer per round trip, a budget, and a bound on the work.
 * Not here: how a packet is sent again. The caller does, as RTX (rtx-stream.ts) or under its old number.
 */
import { MAX_RESEND_DISTANCE, type OutgoingRtp, type SentPacket } from './outgoing-rtp.ts';

/** On a LAN the round trip is below a millisecond, yet a request may be under way twice, and queues take turns. */
const MIN_RESEND_INTERVAL_MS = 20;

/** Share of the media's bytes that may be sent again. A path that loses more needs a lower bit rate instead. */
const DEFAULT_BUDGET_SHARE = 0.25;

/** One second's budget at 1 Mbit/s: enough for a burst that takes a fair part of a keyframe. */
const DEFAULT_BURST_BYTES = 32 * 1024;

/** Sequence numbers looked at in one call: more are asked for again in the next round trip, if they matter. */
export const MAX_NACKED_PER_CALL = 256;

/** One slot for each number that may be resent. */
const REMEMBERED_RESENDS = MAX_RESEND_DISTANCE;

export interface NackVerdict {
  /** To be sent again, in this order. The budget is already charged. */
  readonly resend: readonly SentPacket[];
  /**
   * A packet that the decoder needs will not come: it is gone from the history, or the budget is used up. Only a new
   * keyframe helps. May be true again and again until one is sent; the caller limits how often it asks the encoder.
   */
  readonly keyframeNeeded: boolean;
}

export interface NackResponderOptions {
  readonly budgetShare?: number;
  readonly burstBytes?: number;
}

/** For one viewer. Owns the budget and what was resent when; memory does not grow. */
export class NackResponder {
  readonly #outgoing: OutgoingRtp;
  readonly #budgetShare: number;
  readonly #burstBytes: number;
  #budgetBytes: number;
  /** Both by sequence modulo REMEMBERED_RESENDS: which number the slot is about, and when it was last resent. */
  readonly #resentSequence = new Float64Array(REMEMBERED_RESENDS).fill(-1);
  readonly #resentAtMs = new Float64Array(REMEMBERED_RESENDS);

  constructor(outgoing: OutgoingRtp, options: NackResponderOptions = {}) {
    this.#outgoing = outgoing;
    this.#budgetShare = options.budgetShare ?? DEFAULT_BUDGET_SHARE;
    this.#burstBytes = options.burstBytes ?? DEFAULT_BURST_BYTES;
    this.#budgetBytes = this.#burstBytes;
  }

  /** Fills the budget: to be told the bytes of each packet sent for the first time. */
  countSent(bytes: number): void {
    this.#budgetBytes = Math.min(this.#budgetBytes + bytes * this.#budgetShare, this.#burstBytes);
  }

  /**
   * `sequenceNumbers` are those of one RTCP packet, as parsed. `rttMs` is the last known round trip, 0 if none is.
   * Numbers that were never sent are ignored.
   */
  handleNack(sequenceNumbers: readonly number[], nowMs: number, rttMs: number): NackVerdict {
    const resend: SentPacket[] = [];
    const intervalMs = Math.max(rttMs, MIN_RESEND_INTERVAL_MS);
    const oldestNeeded = this.#outgoing.newestKeyframeSequence ?? 0;
    for (const sequenceNumber of sequenceNumbers.slice(0, MAX_NACKED_PER_CALL)) {
      const found = this.#outgoing.lookUp(sequenceNumber);
      if (found.state === 'never-sent') continue;
      if (found.state === 'held') {
        if (this.#wasResentWithin(found.sequence, intervalMs, nowMs)) continue;
        if (found.packet.bytes.length <= this.#budgetBytes) {
          this.#budgetBytes -= found.packet.bytes.length;
          this.#remember(found.sequence, nowMs);
          resend.push({ sequence: found.sequence, packet: found.packet });
          continue;
        }
      }
      // Given up. Before the newest keyframe that is no harm; after it, nothing that follows can be decoded either.
      if (found.sequence >= oldestNeeded) return { resend, keyframeNeeded: true };
    }
    return { resend, keyframeNeeded: false };
  }

  #wasResentWithin(sequence: number, intervalMs: number, nowMs: number): boolean {
    const slot = sequence % REMEMBERED_RESENDS;
    return this.#resentSequence[slot] === sequence && nowMs - (this.#resentAtMs[slot] ?? 0) < intervalMs;
  }

  #remember(sequence: number, nowMs: number): void {
    const slot = sequence % REMEMBERED_RESENDS;
    this.#resentSequence[slot] = sequence;
    this.#resentAtMs[slot] = nowMs;
  }
}
