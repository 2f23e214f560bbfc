/**
 * What a browser tells its sender of each packet's arrival (draft-holmer-rmcat-transport-wide-cc-extensions-01), which
 * libdatachannel does not: without it a sender with congestion control would hold back, and not do its usual work.
 * Statuses are written as run lengths alone, which is longer than it need be and allowed.
 */
import { TRANSPORT_SEQUENCE_URI } from '@perch/rtp';

/**
 * libwebrtc's: feedback may take so much of what its own side may send, which is what the offer would receive (`b=AS`), and
 * 300 kbit/s at first. It takes a feedback for 68 bytes, and waits 50 to 250 ms.
 */
const FEEDBACK_SHARE = 0.05;
const FEEDBACK_BITS = 68 * 8;
const START_BITS_PER_SECOND = 300_000;
const MIN_INTERVAL_MS = 50;
const MAX_INTERVAL_MS = 250;

/** Chromium's WebRTC threads wake 64 times a second. Version 156, shown 2 Mbit/s, sends 16 a second, and 8 at `b=AS:96`. */
const TICK_MS = 1000 / 64;

/** Version 2 and format 15; payload type RTPFB (RFC 4585, section 6.1). */
const RTCP_TRANSPORT_FEEDBACK = [0x8f, 205] as const;

/** A receiver's own number, which it sends nothing else under. */
const SENDER_SSRC = 1;

const HEADER_BYTES = 20;
const MAX_RUN = 0x1fff;
const REFERENCE_UNIT_MS = 64;
const DELTAS_PER_MS = 4;

const NOT_RECEIVED = 0;
const SMALL_DELTA = 1;
const LARGE_DELTA = 2;

/** The id under which an offer numbers packets across its streams, if it does and wants to hear of them. */
export function transportSequenceId(offer: string): number | undefined {
  if (!/^a=rtcp-fb:\S+ transport-cc/mu.test(offer)) return undefined;
  const line = offer.split(/\r?\n/u).find((candidate) => candidate.includes(TRANSPORT_SEQUENCE_URI));
  const [, id] = /^a=extmap:(\d+)/u.exec(line ?? '') ?? [];
  return id === undefined ? undefined : Number(id);
}

/** The packet's transport-wide number: header extensions of one byte (RFC 8285, section 4.2). */
function transportSequenceOf(packet: Buffer, id: number): number | undefined {
  let at = 12 + ((packet[0] ?? 0) & 0x0f) * 4;
  if (((packet[0] ?? 0) & 0x10) === 0 || packet.readUInt16BE(at) !== 0xbede) return undefined;
  const end = at + 4 + packet.readUInt16BE(at + 2) * 4;
  at += 4;
  while (at < end) {
    const head = packet[at] ?? 0;
    if (head >> 4 === id) return packet.readUInt16BE(at + 1);
    at += head === 0 ? 1 : 2 + (head & 0x0f);
  }
  return undefined;
}

/** How far apart Chromium's feedback is to who made `offer`. */
export function feedbackIntervalMs(offer: string): number {
  const [, kilobits] = /^b=AS:(\d+)/mu.exec(offer) ?? [];
  const mayReceive = kilobits === undefined ? Number.POSITIVE_INFINITY : Number(kilobits) * 1000;
  const bitsPerSecond = Math.min(mayReceive, START_BITS_PER_SECOND) * FEEDBACK_SHARE;
  const wantedMs = (FEEDBACK_BITS * 1000) / bitsPerSecond;
  return Math.ceil(Math.min(Math.max(wantedMs, MIN_INTERVAL_MS), MAX_INTERVAL_MS) / TICK_MS) * TICK_MS;
}

export class TransportFeedbackWriter {
  readonly #id: number;
  /** Whether the first packet had a number. */
  #isNumbered: boolean | undefined;
  #counted = 0;
  readonly #arrivals = new Map<number, number>();
  /** The next number that is not yet told of, 16 bits. */
  #next: number | undefined;
  #newest = 0;
  #count = 0;

  constructor(id: number) {
    this.#id = id;
  }

  /** A sender that asks and then numbers nothing is told of packets as they come: as often, and as many bytes. */
  handlePacket(packet: Buffer): void {
    const number = transportSequenceOf(packet, this.#id);
    this.#isNumbered ??= number !== undefined;
    const sequence = this.#isNumbered ? number : this.#counted++ & 0xffff;
    if (sequence === undefined) return;
    this.#next ??= sequence;
    // One that comes after it was told to be missing stays missing.
    if (((sequence - this.#next) & 0xffff) >= 0x8000) return;
    this.#arrivals.set(sequence, performance.now());
    if (((sequence - this.#newest) & 0xffff) < 0x8000 || this.#arrivals.size === 1) this.#newest = sequence;
  }

  /** RTCP about what came since the last time; undefined when nothing did. */
  take(mediaSsrc: number): Buffer | undefined {
    const base = this.#next;
    const [first] = this.#arrivals.values();
    if (base === undefined || first === undefined) return undefined;
    const count = ((this.#newest - base) & 0xffff) + 1;
    const arrivals = Array.from({ length: count }, (_, after) => this.#arrivals.get((base + after) & 0xffff));
    this.#arrivals.clear();
    this.#next = (this.#newest + 1) & 0xffff;
    const reference = Math.floor(first / REFERENCE_UNIT_MS);
    return writeFeedback({ mediaSsrc, base, reference, feedbackCount: this.#count++ & 0xff }, arrivals);
  }
}

interface Fields {
  readonly mediaSsrc: number;
  readonly base: number;
  readonly reference: number;
  readonly feedbackCount: number;
}

function writeFeedback(fields: Fields, arrivalsMs: readonly (number | undefined)[]): Buffer {
  const chunks: { status: number; length: number }[] = [];
  const deltas: number[] = [];
  let last = fields.reference * REFERENCE_UNIT_MS * DELTAS_PER_MS;
  for (const arrivedMs of arrivalsMs) {
    let status = NOT_RECEIVED;
    if (arrivedMs !== undefined) {
      const arrived = Math.round(arrivedMs * DELTAS_PER_MS);
      const delta = arrived - last;
      last = arrived;
      status = delta >= 0 && delta <= 0xff ? SMALL_DELTA : LARGE_DELTA;
      if (status === SMALL_DELTA) deltas.push(delta);
      else deltas.push((delta >> 8) & 0xff, delta & 0xff);
    }
    const chunk = chunks.at(-1);
    if (chunk?.status === status && chunk.length < MAX_RUN) chunk.length++;
    else chunks.push({ status, length: 1 });
  }
  const deltasOffset = HEADER_BYTES + chunks.length * 2;
  const packet = Buffer.alloc(Math.ceil((deltasOffset + deltas.length) / 4) * 4);
  packet.set(RTCP_TRANSPORT_FEEDBACK);
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  packet.writeUInt32BE(SENDER_SSRC, 4);
  packet.writeUInt32BE(fields.mediaSsrc, 8);
  packet.writeUInt16BE(fields.base, 12);
  packet.writeUInt16BE(arrivalsMs.length, 14);
  packet.writeUIntBE(fields.reference & 0x7fffff, 16, 3);
  packet.writeUInt8(fields.feedbackCount, 19);
  for (const [position, { status, length }] of chunks.entries()) {
    packet.writeUInt16BE((status << 13) | length, HEADER_BYTES + position * 2);
  }
  packet.set(deltas, deltasOffset);
  return packet;
}
