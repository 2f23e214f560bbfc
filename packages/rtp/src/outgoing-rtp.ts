/**
 * One viewer's numbering of the packets that all viewers share (RFC 3550, 5.1 and 6.4.1).
 *
 * A viewer who is slower than the camera misses whole pictures, and one may change between layers. Its sequence
 * numbers have no gap there: a gap is a loss to a receiver, which would ask again and again for what was never sent.
 * So the numbers are kept in *runs*, each of them packets that follow each other in one layer.
 * Not here: when to resend (nack-responder.ts), what to skip (pictures up to a keyframe, or the decoder breaks).
 */
import { type ExtensionIds, patchExtensions } from './header-extensions.ts';
import type { PacketHistory, RtpPacket } from './packet-history.ts';
import { setPayloadType, setSequenceNumber, setSsrc } from './rtp-packet.ts';

/**
 * SRTP's index is a rollover counter, which is not sent, and the sequence number. A first number just below 2^16 whose
 * packets are lost or late makes the receiver start its counter one rollover too low, and nothing decrypts from then on
 * (RFC 3711, 3.3.1). Below 2^15 that cannot happen.
 */
export const MAX_FIRST_SEQUENCE_NUMBER = 0x7fff;

/** Throws a RangeError unless it is a whole number from 0 to MAX_FIRST_SEQUENCE_NUMBER. */
export function checkedFirstSequenceNumber(first: number): number {
  if (Number.isInteger(first) && first >= 0 && first <= MAX_FIRST_SEQUENCE_NUMBER) return first;
  throw new RangeError(`firstSequenceNumber ${first} is not within 0 to ${MAX_FIRST_SEQUENCE_NUMBER}`);
}

/**
 * How far back a number may be sent again. libsrtp refuses what is further behind the newest than its replay window
 * (RFC 3711, 3.3.2), which libdatachannel sets to this; a refused send is an exception.
 */
export const MAX_RESEND_DISTANCE = 1024;

const NO_TRANSPORT_SEQUENCE = -1;

export interface OutgoingRtpOptions {
  readonly ssrc: number;
  readonly payloadType: number;
  /** 0 to MAX_FIRST_SEQUENCE_NUMBER, better random. */
  readonly firstSequenceNumber: number;
  /** What this viewer's SDP agreed on. */
  readonly extensionIds?: ExtensionIds;
}

/** `sequence` is the number on the wire, extended: it never wraps. */
export interface SentPacket {
  readonly sequence: number;
  readonly packet: RtpPacket;
}

export type Lookup =
  | ({ readonly state: 'held' } & SentPacket)
  /** Sent, but too long ago: out of the history or of SRTP's window. */
  | { readonly state: 'expired'; readonly sequence: number }
  | { readonly state: 'never-sent' };

interface Run {
  readonly history: PacketHistory;
  readonly firstSequence: number;
  readonly firstIndex: number;
}

/** Owns the numbers and the counters, not the packets. Remembers runs as far back as numbers may be resent. */
export class OutgoingRtp {
  readonly ssrc: number;
  /** Packets and payload bytes sent, resent ones included: what a sender report tells. */
  packetCount = 0;
  octetCount = 0;

  readonly #payloadType: number;
  readonly #extensionIds: ExtensionIds;
  readonly #firstSequence: number;
  #nextSequence: number;
  #runs: Run[] = [];
  /** The last of them. */
  #run: Run | undefined;
  /** What each number that may be resent was first sent with, by sequence modulo MAX_RESEND_DISTANCE. */
  readonly #transportSequences = new Int32Array(MAX_RESEND_DISTANCE).fill(NO_TRANSPORT_SEQUENCE);
  #keyframe: { readonly timestamp: number; readonly firstSequence: number } | undefined;

  constructor(options: OutgoingRtpOptions) {
    const first = checkedFirstSequenceNumber(options.firstSequenceNumber);
    this.ssrc = options.ssrc;
    this.#payloadType = options.payloadType;
    this.#extensionIds = options.extensionIds ?? {};
    this.#firstSequence = first;
    this.#nextSequence = first;
  }

  /** The first packet of the newest keyframe sent; what is before it no longer matters to the decoder. */
  get newestKeyframeSequence(): number | undefined {
    return this.#keyframe?.firstSequence;
  }

  /**
   * Gives `packet` this viewer's next number, patches its bytes and counts it: to be called right before the send,
   * and the bytes sent before anything else touches them. `transportSequence` is the transport-wide number, for viewers
   * who agreed on it.
   */
  prepare(packet: RtpPacket, transportSequence?: number): void {
    const { history } = packet;
    const sequence = this.#nextSequence++;
    const run = this.#run;
    const continues =
      run?.history === history && packet.index - run.firstIndex === sequence - run.firstSequence;
    if (!continues) this.#startRun({ history, firstSequence: sequence, firstIndex: packet.index });
    if (packet.keyframe && this.#keyframe?.timestamp !== packet.timestamp) {
      this.#keyframe = { timestamp: packet.timestamp, firstSequence: sequence };
    }
    this.#transportSequences[sequence % MAX_RESEND_DISTANCE] =
      transportSequence === undefined ? NO_TRANSPORT_SEQUENCE : transportSequence & 0xffff;
    this.#patch(sequence, packet, transportSequence);
  }

  /**
   * The same for a packet that is sent again, bit for bit as it was first, its transport-wide number included. AES-GCM
   * takes its nonce from SSRC and sequence number: two tags over headers that differ give its authentication key away
   * (RFC 7714, section 8, forbids IV reuse). For the same reason a connection keeps one OutgoingRtp an SSRC from beginning to end.
   * The packet must still be found by `lookUp`.
   */
  prepareAgain(sent: SentPacket): void {
    this.#patch(sent.sequence, sent.packet, this.transportSequenceOf(sent));
  }

  /** The transport-wide number that a packet was first sent with, undefined for none. `lookUp` must still find it. */
  transportSequenceOf({ sequence }: SentPacket): number | undefined {
    const remembered = this.#transportSequences[sequence % MAX_RESEND_DISTANCE] ?? NO_TRANSPORT_SEQUENCE;
    return remembered === NO_TRANSPORT_SEQUENCE ? undefined : remembered;
  }

  /** Finds what was sent under a 16-bit sequence number, taken as the newest that it can mean. */
  lookUp(sequenceNumber: number): Lookup {
    const newest = this.#nextSequence - 1;
    const sequence = newest - ((newest - sequenceNumber) & 0xffff);
    if (sequence < this.#firstSequence) return { state: 'never-sent' };
    if (newest - sequence >= MAX_RESEND_DISTANCE) return { state: 'expired', sequence };
    const run = this.#runs.findLast((candidate) => candidate.firstSequence <= sequence);
    const packet = run?.history.get(run.firstIndex + sequence - run.firstSequence);
    return packet === undefined ? { state: 'expired', sequence } : { state: 'held', sequence, packet };
  }

  #startRun(run: Run): void {
    // A run is of use until the one after it reaches out of the window.
    const oldest = run.firstSequence - MAX_RESEND_DISTANCE;
    const useful = this.#runs.findIndex((_, at) => (this.#runs[at + 1] ?? run).firstSequence > oldest);
    this.#runs = [...this.#runs.slice(Math.max(useful, 0)), run];
    this.#run = run;
  }

  #patch(sequence: number, packet: RtpPacket, transportSequence: number | undefined): void {
    const { bytes, extensionPlaces, payloadBytes } = packet;
    setSequenceNumber(bytes, sequence);
    setPayloadType(bytes, this.#payloadType);
    setSsrc(bytes, this.ssrc);
    patchExtensions(bytes, extensionPlaces, this.#extensionIds, transportSequence);
    this.packetCount++;
    this.octetCount += payloadBytes;
  }
}
