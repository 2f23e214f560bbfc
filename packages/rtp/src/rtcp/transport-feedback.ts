/**
 * Transport-wide feedback, read (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1): which packets of all streams
 * of a connection arrived, and when. What congestion control works on.
 */
import { FCI_OFFSET } from './feedback.ts';

export interface TransportFeedback {
  readonly type: 'transport-feedback';
  readonly senderSsrc: number;
  readonly mediaSsrc: number;
  /** Number of this feedback, 0 to 255: a gap is feedback that was lost. */
  readonly feedbackCount: number;
  /** On the receiver's clock, a multiple of 64 ms from -2^23 to 2^23 - 1 times that; it wraps after twelve days. */
  readonly referenceTimeUs: number;
  /** The number in the transport-wide sequence extension of the first packet that it is about, 16 bits; the others follow. */
  readonly baseSequence: number;
  /**
   * For each of them, in units of ARRIVAL_DELTA_US and perhaps negative, since the arrival before it in this packet, or since
   * `referenceTimeUs` for the first that arrived; NOT_ARRIVED for what has not arrived.
   */
  readonly arrivalDeltas: readonly number[];
}

export const ARRIVAL_DELTA_US = 250;

/** Below all that 16 bits can say. */
export const NOT_ARRIVED = -0x8001;

/**
 * Twenty bytes of run lengths can stand for 65535 packets. Feedback comes ten to twenty times a second, and a viewer's
 * 50 Mbit/s are 5000 packets a second.
 */
export const MAX_FEEDBACK_ENTRIES = 8192;

const CHUNKS_OFFSET = FCI_OFFSET + 8;
const REFERENCE_TIME_UNIT_US = 64_000;
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
  const deltas = deltasOffset(packet, count);
  const arrivalDeltas = deltas === undefined ? undefined : readArrivals(packet, count, deltas);
  return (
    arrivalDeltas && {
      type: 'transport-feedback',
      senderSsrc: packet.getUint32(4),
      mediaSsrc: packet.getUint32(8),
      feedbackCount: packet.getUint8(FCI_OFFSET + 7),
      referenceTimeUs: (packet.getInt32(FCI_OFFSET + 4) >> 8) * REFERENCE_TIME_UNIT_US,
      baseSequence: packet.getUint16(FCI_OFFSET),
      arrivalDeltas,
    }
  );
}

/**
 * Where the chunks end that stand for `count` packets; undefined where they are cut short. 3.1.2 to 3.1.4:
 * ```
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |0| S |       Run Length        |   one status S for so many packets
 * |1|0|       14 symbols of 1 bit |   not received, small delta
 * |1|1|        7 symbols of 2 bits|   as S
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
function deltasOffset(packet: DataView, count: number): number | undefined {
  let at = CHUNKS_OFFSET;
  for (let known = 0; known < count; at += 2) {
    if (at + 2 > packet.byteLength) return undefined;
    known += packetsOf(packet.getUint16(at));
  }
  return at;
}

function packetsOf(chunk: number): number {
  if ((chunk & 0x8000) === 0) return chunk & 0x1fff;
  return (chunk & 0x4000) === 0 ? 14 : 7;
}

/** The status of the packet at `position` of those that a chunk stands for. */
function statusIn(chunk: number, position: number): number {
  if ((chunk & 0x8000) === 0) return (chunk >> 13) & 3;
  return (chunk & 0x4000) === 0 ? (chunk >> (13 - position)) & 1 : (chunk >> (12 - position * 2)) & 3;
}

/** A last chunk may stand for more packets than there are. 3.1.5: 8 bits unsigned for a small delta, 16 signed for a large one. */
function readArrivals(packet: DataView, count: number, deltas: number): number[] | undefined {
  const arrivals: number[] = [];
  let at = deltas;
  for (let chunkAt = CHUNKS_OFFSET; arrivals.length < count; chunkAt += 2) {
    const chunk = packet.getUint16(chunkAt);
    const end = Math.min(arrivals.length + packetsOf(chunk), count);
    for (let position = 0; arrivals.length < end; position++) {
      const status = statusIn(chunk, position);
      if (status === NOT_RECEIVED) {
        arrivals.push(NOT_ARRIVED);
      } else if (status === SMALL_DELTA) {
        if (at + 1 > packet.byteLength) return undefined;
        arrivals.push(packet.getUint8(at));
        at += 1;
      } else if (status === LARGE_DELTA) {
        if (at + 2 > packet.byteLength) return undefined;
        arrivals.push(packet.getInt16(at));
        at += 2;
      } else {
        return undefined;
      }
    }
  }
  return arrivals;
}
