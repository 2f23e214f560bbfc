/**
 * Feedback of a receiver about one stream, read: NACK and PLI (RFC 4585, 6.2.1 and 6.3.1), FIR (RFC 5104, 4.3.1), REMB
 * (draft-alvestrand-rmcat-remb-03). Not here: transport-wide feedback (transport-feedback.ts), SLI, RPSI, TMMBR.
 *
 * They all begin alike (RFC 4585, 6.1):
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|   FMT   |       PT      |          length               |
 * |                  SSRC of packet sender                        |
 * |                  SSRC of media source                         |
 * |            feedback control information (FCI)                 |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */

/** Packets that did not arrive, in the order named, 16-bit numbers. At most MAX_NACKED_NUMBERS, the rest is left out. */
export interface Nack {
  readonly type: 'nack';
  readonly senderSsrc: number;
  readonly mediaSsrc: number;
  readonly sequenceNumbers: readonly number[];
}

/** PLI: the receiver cannot decode and wants a keyframe. */
export interface PictureLoss {
  readonly type: 'picture-loss';
  readonly senderSsrc: number;
  readonly mediaSsrc: number;
}

/** FIR: like PLI, for each of some streams. A request is new if its `sequence`, 0 to 255, differs from the last. */
export interface FullIntraRequest {
  readonly type: 'full-intra-request';
  readonly senderSsrc: number;
  readonly requests: readonly { readonly ssrc: number; readonly sequence: number }[];
}

/** REMB: what the receiver believes the path carries. */
export interface MaximumBitrate {
  readonly type: 'maximum-bitrate';
  readonly senderSsrc: number;
  readonly bitsPerSecond: number;
  readonly ssrcs: readonly number[];
}

/** Browsers give up and ask for a keyframe at 1000 packets missing. */
export const MAX_NACKED_NUMBERS = 1024;

export const FCI_OFFSET = 12;
const REMB_IDENTIFIER = 0x52454d42; // "REMB"

/**
 * RFC 4585, 6.2.1. PID is lost, and so is PID + 1 + n where bit n of BLP is set.
 * ```
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |            PID                |             BLP               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export function parseNack(packet: DataView): Nack | undefined {
  if (packet.byteLength < FCI_OFFSET) return undefined;
  const sequenceNumbers: number[] = [];
  for (
    let at = FCI_OFFSET;
    at + 4 <= packet.byteLength && sequenceNumbers.length < MAX_NACKED_NUMBERS;
    at += 4
  ) {
    const first = packet.getUint16(at);
    const following = packet.getUint16(at + 2);
    sequenceNumbers.push(first);
    for (let bit = 0; bit < 16; bit++) {
      if (((following >> bit) & 1) === 1) sequenceNumbers.push((first + 1 + bit) & 0xffff);
    }
  }
  sequenceNumbers.length = Math.min(sequenceNumbers.length, MAX_NACKED_NUMBERS);
  return { type: 'nack', senderSsrc: packet.getUint32(4), mediaSsrc: packet.getUint32(8), sequenceNumbers };
}

/** RFC 4585, 6.3.1: no FCI. */
export function parsePictureLoss(packet: DataView): PictureLoss | undefined {
  if (packet.byteLength < FCI_OFFSET) return undefined;
  return { type: 'picture-loss', senderSsrc: packet.getUint32(4), mediaSsrc: packet.getUint32(8) };
}

/**
 * RFC 5104, 4.3.1.1.
 * ```
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                              SSRC                             |
 * | Seq nr.       |    Reserved = 0                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export function parseFullIntraRequest(packet: DataView): FullIntraRequest | undefined {
  if (packet.byteLength < FCI_OFFSET || (packet.byteLength - FCI_OFFSET) % 8 !== 0) return undefined;
  const requests: { ssrc: number; sequence: number }[] = [];
  for (let at = FCI_OFFSET; at < packet.byteLength; at += 8) {
    requests.push({ ssrc: packet.getUint32(at), sequence: packet.getUint8(at + 4) });
  }
  return { type: 'full-intra-request', senderSsrc: packet.getUint32(4), requests };
}

/** Whether an application layer feedback message (RFC 4585, 6.4) is a REMB. */
export function isMaximumBitrate(packet: DataView): boolean {
  return packet.byteLength >= FCI_OFFSET + 4 && packet.getUint32(FCI_OFFSET) === REMB_IDENTIFIER;
}

/**
 * draft-alvestrand-rmcat-remb-03, 2.2. The bit rate is mantissa * 2^exp.
 * ```
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Unique identifier 'R' 'E' 'M' 'B'                            |
 * |  Num SSRC     |  BR exp   |  BR mantissa                      |
 * |  SSRC feedback, one for each                                  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export function parseMaximumBitrate(packet: DataView): MaximumBitrate | undefined {
  const ssrcStart = FCI_OFFSET + 8;
  if (packet.byteLength < ssrcStart) return undefined;
  const word = packet.getUint32(FCI_OFFSET + 4);
  const count = word >>> 24;
  if (packet.byteLength < ssrcStart + count * 4) return undefined;
  return {
    type: 'maximum-bitrate',
    senderSsrc: packet.getUint32(4),
    bitsPerSecond: (word & 0x3ffff) * 2 ** ((word >>> 18) & 0x3f),
    ssrcs: Array.from({ length: count }, (_, at) => packet.getUint32(ssrcStart + at * 4)),
  };
}
