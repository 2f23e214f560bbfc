/** Restores what a receiver makes of an RTX packet, written from RFC 4588, section 4, and not from the code under test. */
import { type ParsedRtpPacket, parseRtpPacket } from '../../src/index.ts';

/** The original packet; undefined for one that carries none, as padding. */
export function depayloadRtx(
  bytes: Uint8Array,
  media: { readonly ssrc: number; readonly payloadType: number },
): ParsedRtpPacket | undefined {
  const rtx = parseRtpPacket(bytes);
  if (rtx === undefined || rtx.payload.length < 2) return undefined;
  const sequenceNumber = ((rtx.payload[0] ?? 0) << 8) | (rtx.payload[1] ?? 0);
  return { ...rtx, ...media, sequenceNumber, payload: rtx.payload.subarray(2) };
}
