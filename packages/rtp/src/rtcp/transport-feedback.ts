/**
 * Transport-wide feedback, read (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1): which packets of all streams
 * of a connection arrived, and when. What congestion control works on.
 */
import { FCI_OFFSET } from './feedback.ts';

/** One packet of the connection, in the order of sending. */
export interface TransportFeedbackEntry {
  /** The number in its transport-wide sequence extension, 16 bits. */
  readonly transportSequence: number;
  /**
   * Microseconds, a multiple of 250 and perhaps negative, since the arrival before it in this packet, or since
   * `referenceTimeUs` for the first that arrived. Undefined: it has not arrived.
   */
  readonly arrivalDeltaUs: number | undefined;
}

export interface TransportFeedback {
  readonly type: 'transport-feedback';
  readonly senderSsrc: number;
  readonly mediaSsrc: number;
  /** Number of this feedback, 0 to 255: a gap is feedback that was lost. */
  readonly feedbackCount: number;
  /** On the receiver's clock, a multiple of 64 ms from -2^23 to 2^23 - 1 times that; it wraps after twelve days. */
  readonly referenceTimeUs: number;
  readonly entries: readonly TransportFeedbackEntry[];
}

/**
 * Twenty bytes of run lengths can stand for 65535 packets. Feedback comes ten to twenty times a second, and a viewer's
 * 50 Mbit/s are 5000 packets a second.
 */
export const MAX_FEEDBACK_ENTRIES = 8192;

const CHUNKS_OFFSET = FCI_OFFSET + 8;
const REFERENCE_TIME_UNIT_US = 64_000;
const DELTA_UNIT_US = 250;
const NOT_RECEIVED = 0;
const SMALL_DELTA = 1;
const LARGE_DELTA = 2;

/**
 * Undefined for feedback that is cut short, uses the reserved status, or covers more than `maxEntries` packets.
 * ```
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |      base sequence number     |      packet status count      |
 * |                 reference time                | fb pkt. count |
 * |          packet chunk         |  ...          |  recv deltas  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export function parseTransportFeedback(packet: DataView, maxEntries: number): TransportFeedback | undefined {
  if (packet.byteLength < CHUNKS_OFFSET) return undefined;
  const count = packet.getUint16(FCI_OFFSET + 2);
  if (count > maxEntries) return undefined;
  const statuses = new Uint8Array(count);
  const deltasOffset = readStatuses(packet, statuses);
  if (deltasOffset === undefined) return undefined;
  const entries = readDeltas(packet, deltasOffset, statuses, packet.getUint16(FCI_OFFSET));
  return (
    entries && {
      type: 'transport-feedback',
      senderSsrc: packet.getUint32(4),
      mediaSsrc: packet.getUint32(8),
      feedbackCount: packet.getUint8(FCI_OFFSET + 7),
      referenceTimeUs: (packet.getInt32(FCI_OFFSET + 4) >> 8) * REFERENCE_TIME_UNIT_US,
      entries,
    }
  );
}

/**
 * 3.1.2 to 3.1.4; a last chunk may stand for more packets than there are. Returns where the deltas begin.
 * ```
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |0| S |       Run Length        |   one status S for so many packets
 * |1|0|       14 symbols of 1 bit |   not received, small delta
 * |1|1|        7 symbols of 2 bits|   as S
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
function readStatuses(packet: DataView, statuses: Uint8Array): number | undefined {
  let known = 0;
  let at = CHUNKS_OFFSET;
  while (known < statuses.length) {
    if (at + 2 > packet.byteLength) return undefined;
    const chunk = packet.getUint16(at);
    at += 2;
    if ((chunk & 0x8000) === 0) {
      const end = known + (chunk & 0x1fff);
      statuses.fill((chunk >> 13) & 3, known, end);
      known = end;
    } else if ((chunk & 0x4000) === 0) {
      for (let shift = 13; shift >= 0 && known < statuses.length; shift--)
        statuses[known++] = (chunk >> shift) & 1;
    } else {
      for (let shift = 12; shift >= 0 && known < statuses.length; shift -= 2)
        statuses[known++] = (chunk >> shift) & 3;
    }
  }
  return at;
}

/** 3.1.5: 8 bits unsigned for a small delta, 16 signed for a large one, in 250 µs. */
function readDeltas(
  packet: DataView,
  start: number,
  statuses: Uint8Array,
  baseSequence: number,
): TransportFeedbackEntry[] | undefined {
  const entries: TransportFeedbackEntry[] = [];
  let at = start;
  for (const status of statuses) {
    let arrivalDeltaUs: number | undefined;
    if (status === SMALL_DELTA) {
      if (at + 1 > packet.byteLength) return undefined;
      arrivalDeltaUs = packet.getUint8(at) * DELTA_UNIT_US;
      at += 1;
    } else if (status === LARGE_DELTA) {
      if (at + 2 > packet.byteLength) return undefined;
      arrivalDeltaUs = packet.getInt16(at) * DELTA_UNIT_US;
      at += 2;
    } else if (status !== NOT_RECEIVED) {
      return undefined;
    }
    entries.push({ transportSequence: (baseSequence + entries.length) & 0xffff, arrivalDeltaUs });
  }
  return entries;
}
