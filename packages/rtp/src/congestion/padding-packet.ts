/**
 * A packet of padding only (RFC 3550, 5.1, the P bit), for a probe where there is too little video. Pure.
 *
 * It takes a sequence number of its own on the media's SSRC, as libwebrtc's own do for a viewer without RTX, and must
 * follow a picture's last packet: a receiver takes it for an empty packet between two pictures. It is lost and asked
 * for again like any other, so it has to be in a PacketHistory. Where RTX was agreed on, copies of video over RTX are
 * better: they mend losses.
 */
import { patchExtensions, placeExtensions, writeExtensionBlock } from '../header-extensions.ts';
import { writeRtpHeader } from '../rtp-packet.ts';
import type { RtpPacket } from '../rtp-packetizer.ts';

/** The padding's length is in its last byte. */
export const MAX_PADDING_BYTES = 255;

/** Room for the transport-wide sequence number, without which padding would measure nothing. */
const PLACES = placeExtensions({ transportSequence: true, playoutDelay: false });

export const MAX_PADDING_PACKET_BYTES = PLACES.headerBytes + MAX_PADDING_BYTES;

export interface PaddingPacketFields {
  /** One more than that of the padding packet before it, as in RtpPacket. */
  readonly index: number;
  /** That of the picture sent last. */
  readonly timestamp: number;
  /** 1 to MAX_PADDING_BYTES. */
  readonly paddingBytes: number;
}

/**
 * For OutgoingRtp.prepare, which patches in the viewer's numbers. Throws a RangeError for padding that cannot be.
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|1|X|  CC   |0|     PT      |       sequence number         |
 * |                  timestamp, SSRC, extensions                  |
 * |  zero bytes ...                               |     count     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export function paddingPacket(fields: PaddingPacketFields): RtpPacket {
  const { index, timestamp, paddingBytes } = fields;
  if (!Number.isInteger(paddingBytes) || paddingBytes < 1 || paddingBytes > MAX_PADDING_BYTES) {
    throw new RangeError(`paddingBytes ${paddingBytes} is not within 1 to ${MAX_PADDING_BYTES}`);
  }
  const bytes = new Uint8Array(PLACES.headerBytes + paddingBytes);
  writeRtpHeader(bytes, 0, { marker: false, payloadType: 0, sequenceNumber: 0, timestamp, ssrc: 0 }, true);
  bytes[0] = (bytes[0] ?? 0) | 0x20;
  bytes[bytes.length - 1] = paddingBytes;
  writeExtensionBlock(bytes, 0, PLACES, undefined);
  patchExtensions(bytes, PLACES, {}, undefined);
  return {
    bytes,
    index,
    timestamp,
    marker: false,
    keyframe: false,
    payloadBytes: 0,
    extensionPlaces: PLACES,
  };
}
