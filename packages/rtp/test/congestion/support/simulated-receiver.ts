/** What a browser does: transport-wide feedback, NACK, PLI, and a decoder that needs every picture since a keyframe. */
import { ARRIVAL_DELTA_US, NOT_ARRIVED, type TransportFeedback } from '../../../src/index.ts';

export interface MediaPacket {
  /** RTP sequence number, extended. */
  readonly sequence: number;
  readonly transportSequence: number;
  readonly bytes: number;
  /** Undefined: padding. */
  readonly picture:
    | {
        readonly number: number;
        readonly keyframe: boolean;
        readonly packets: number;
        readonly capturedMs: number;
      }
    | undefined;
}

const NACK_AGAIN_MS = 80;
const NACK_GIVE_UP_MS = 1000;
const PLI_INTERVAL_MS = 300;

export interface ReceiverEvents {
  onFeedback(feedback: TransportFeedback): void;
  onNack(sequences: readonly number[]): void;
  onPictureLoss(): void;
}

export class SimulatedReceiver {
  mediaBytes = 0;
  /** When each picture could be shown, and how old it was then. */
  readonly shown: { readonly atMs: number; readonly ageMs: number }[] = [];

  readonly #events: ReceiverEvents;
  readonly #arrivals = new Map<number, number>();
  #nextReported: number | undefined;
  #feedbackCount = 0;
  #highest: number | undefined;
  readonly #missing = new Map<number, { firstMs: number; lastMs: number }>();
  readonly #received = new Map<number, number>();
  readonly #pictures = new Map<number, NonNullable<MediaPacket['picture']>>();
  readonly #seen = new Set<number>();
  #firstMs: number | undefined;
  #lastShown = -1;
  #lastPliMs = Number.NEGATIVE_INFINITY;

  constructor(events: ReceiverEvents) {
    this.#events = events;
  }

  receive(packet: MediaPacket, nowMs: number): void {
    // A packet older than what was reported is reported again, and what follows it with it, as Chromium does.
    const unwrapped = packet.transportSequence;
    this.#arrivals.set(unwrapped, nowMs);
    this.#nextReported = Math.min(this.#nextReported ?? unwrapped, unwrapped);
    if (this.#seen.has(packet.sequence)) return;
    this.#seen.add(packet.sequence);
    this.#firstMs ??= nowMs;
    this.#missing.delete(packet.sequence);
    if (this.#highest !== undefined) {
      for (let lost = this.#highest + 1; lost < packet.sequence; lost++) {
        this.#missing.set(lost, { firstMs: nowMs, lastMs: Number.NEGATIVE_INFINITY });
      }
    }
    this.#highest = Math.max(this.#highest ?? packet.sequence, packet.sequence);
    const { picture } = packet;
    if (picture === undefined) return;
    this.mediaBytes += packet.bytes;
    if (picture.number <= this.#lastShown) return;
    this.#received.set(picture.number, (this.#received.get(picture.number) ?? 0) + 1);
    this.#pictures.set(picture.number, picture);
    this.#show(nowMs, packet.sequence);
  }

  askAgain(nowMs: number): void {
    const due: number[] = [];
    for (const [sequence, asked] of this.#missing) {
      if (nowMs - asked.firstMs > NACK_GIVE_UP_MS) {
        this.#missing.delete(sequence);
        if (nowMs - this.#lastPliMs < PLI_INTERVAL_MS) continue;
        this.#lastPliMs = nowMs;
        this.#events.onPictureLoss();
      } else if (nowMs - asked.lastMs >= NACK_AGAIN_MS) {
        asked.lastMs = nowMs;
        due.push(sequence);
      }
    }
    // Nothing to decode from: a browser asks for a keyframe after 200 ms, later after longer.
    const waitingSinceMs = this.shown.at(-1)?.atMs ?? this.#firstMs ?? nowMs;
    const waitMs = this.shown.length === 0 ? 200 : 1500;
    if (this.#pictures.size > 0 && nowMs - Math.max(waitingSinceMs, this.#lastPliMs) > waitMs) {
      this.#lastPliMs = nowMs;
      this.#events.onPictureLoss();
    }
    if (due.length > 0) this.#events.onNack(due);
  }

  report(): void {
    const from = this.#nextReported;
    if (from === undefined || this.#arrivals.size === 0) return;
    const arrivalDeltas: number[] = [];
    const to = Math.max(...this.#arrivals.keys());
    const first = [...this.#arrivals].sort((a, b) => a[0] - b[0])[0]?.[1] ?? 0;
    const referenceTimeUs = Math.floor(first / 64) * 64_000;
    let last = referenceTimeUs / ARRIVAL_DELTA_US;
    for (let number = from; number <= to; number++) {
      const arrivalMs = this.#arrivals.get(number);
      const arrival = arrivalMs === undefined ? undefined : Math.round((arrivalMs * 1000) / ARRIVAL_DELTA_US);
      arrivalDeltas.push(arrival === undefined ? NOT_ARRIVED : arrival - last);
      last = arrival ?? last;
    }
    this.#nextReported = to + 1;
    this.#arrivals.clear();
    const feedbackCount = this.#feedbackCount++ & 0xff;
    this.#events.onFeedback({
      type: 'transport-feedback',
      senderSsrc: 1,
      mediaSsrc: 2,
      feedbackCount,
      referenceTimeUs,
      baseSequence: from & 0xffff,
      arrivalDeltas,
    });
  }

  #show(nowMs: number, newestSequence: number): void {
    for (;;) {
      const next = this.#nextDecodable();
      if (next === undefined) return;
      this.#lastShown = next.number;
      // A browser no longer asks for what a keyframe made superfluous.
      for (const sequence of next.keyframe ? this.#missing.keys() : []) {
        if (sequence < newestSequence - next.packets) this.#missing.delete(sequence);
      }
      this.shown.push({ atMs: nowMs, ageMs: nowMs - next.capturedMs });
      for (const number of this.#pictures.keys()) {
        if (number > next.number) continue;
        this.#pictures.delete(number);
        this.#received.delete(number);
      }
    }
  }

  #nextDecodable(): MediaPacket['picture'] {
    for (const picture of this.#pictures.values()) {
      const follows = picture.number === this.#lastShown + 1 || picture.keyframe;
      if (follows && this.#received.get(picture.number) === picture.packets) return picture;
    }
    return undefined;
  }
}
