/**
 * Takes compound RTCP packets apart (RFC 3550, 6.1 and appendix A.2; reduced-size ones, RFC 5506, too).
 * Not here: source descriptions and application packets, which are passed over, and extended reports.
 */
import {
  type FullIntraRequest,
  isMaximumBitrate,
  type MaximumBitrate,
  type Nack,
  type PictureLoss,
  parseFullIntraRequest,
  parseMaximumBitrate,
  parseNack,
  parsePictureLoss,
} from './feedback.ts';
import {
  countField,
  type Goodbye,
  parseGoodbye,
  parseReceiverReport,
  parseSenderReport,
  type ReceiverReport,
  type SenderReport,
} from './reports.ts';
import {
  MAX_FEEDBACK_ENTRIES,
  parseTransportFeedback,
  type TransportFeedback,
} from './transport-feedback.ts';

export type RtcpPacket =
  | SenderReport
  | ReceiverReport
  | Goodbye
  | Nack
  | PictureLoss
  | FullIntraRequest
  | MaximumBitrate
  | TransportFeedback;

/** RFC 3550, 12.1; RFC 4585, 6.1. */
const PACKET_TYPE = {
  senderReport: 200,
  receiverReport: 201,
  goodbye: 203,
  transportLayerFeedback: 205,
  payloadSpecificFeedback: 206,
} as const;

/** A receiver puts together what it has to say in one datagram, below 1500 bytes. */
const MAX_COMPOUND_BYTES = 4096;

const HEADER_BYTES = 4;
/** A packet of a type that is of no use here, and sound as far as its header says. */
const PASSED_OVER = 'passed-over';
type Parsed = RtcpPacket | typeof PASSED_OVER | undefined;

/**
 * The packets of one datagram, in order. Never throws: where something is malformed, what was before it is returned and
 * the rest left, because its lengths cannot be trusted. All transport feedback in it may cover MAX_FEEDBACK_ENTRIES.
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|  count  |      PT       | length in 32-bit words less 1 |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export function parseRtcp(bytes: Uint8Array): RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  let entriesLeft = MAX_FEEDBACK_ENTRIES;
  const end = Math.min(bytes.length, MAX_COMPOUND_BYTES);
  for (let start = 0; start + HEADER_BYTES <= end; ) {
    const packet = nextPacket(bytes, start, end);
    if (packet === undefined) break;
    const parsed = parseOne(packet.withoutPadding, entriesLeft);
    if (parsed === undefined) break;
    if (parsed !== PASSED_OVER) packets.push(parsed);
    if (parsed !== PASSED_OVER && parsed.type === 'transport-feedback')
      entriesLeft -= parsed.arrivalDeltas.length;
    start += packet.byteLength;
  }
  return packets;
}

/** The packet that begins at `start`; undefined if its version, length or padding is wrong. */
function nextPacket(
  bytes: Uint8Array,
  start: number,
  end: number,
): { withoutPadding: DataView; byteLength: number } | undefined {
  const first = bytes[start] ?? 0;
  const byteLength = HEADER_BYTES + (((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0)) * 4;
  if (first >> 6 !== 2 || start + byteLength > end) return undefined;
  const padding = (first & 0x20) === 0 ? 0 : (bytes[start + byteLength - 1] ?? 0);
  // RFC 3550, 6.4.1: the last byte counts the padding, itself included. A multiple of four, it says, but libwebrtc fills
  // up transport feedback with one to three bytes, which is three of four such packets.
  if ((first & 0x20) !== 0 && padding === 0) return undefined;
  if (padding > byteLength - HEADER_BYTES) return undefined;
  const withoutPadding = new DataView(bytes.buffer, bytes.byteOffset + start, byteLength - padding);
  return { withoutPadding, byteLength };
}

function parseOne(packet: DataView, entriesLeft: number): Parsed {
  const format = countField(packet);
  switch (packet.getUint8(1)) {
    case PACKET_TYPE.senderReport:
      return parseSenderReport(packet);
    case PACKET_TYPE.receiverReport:
      return parseReceiverReport(packet);
    case PACKET_TYPE.goodbye:
      return parseGoodbye(packet);
    case PACKET_TYPE.transportLayerFeedback:
      if (format === 1) return parseNack(packet);
      if (format === 15) return parseTransportFeedback(packet, entriesLeft);
      return PASSED_OVER;
    case PACKET_TYPE.payloadSpecificFeedback:
      if (format === 1) return parsePictureLoss(packet);
      if (format === 4) return parseFullIntraRequest(packet);
      if (format === 15 && isMaximumBitrate(packet)) return parseMaximumBitrate(packet);
      return PASSED_OVER;
    default:
      return PASSED_OVER;
  }
}
