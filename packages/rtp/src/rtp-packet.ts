/**
 * RTP packets as bytes (RFC 3550, 5.1), with header extensions of the one-byte form (RFC 8285, 4.2).
 *
 * Packets are made once and patched in place for each viewer just before each send: the native send call copies them
 * before it returns. So there are setters for what differs. Not here: the two-byte form, writing CSRCs or padding.
 */

export const RTP_HEADER_BYTES = 12;

/** RFC 8285, 4.2: "BEDE" in the profile field announces one-byte headers. */
const ONE_BYTE_EXTENSIONS = 0xbede;
/** RFC 8285, 4.2: a zero byte between elements pads; an element of this id ends the list. */
const PADDING_ID = 0;
const STOP_ID = 15;

/** `sequenceNumber` is 16 bits, `timestamp` and `ssrc` 32; higher bits are cut off. */
export interface RtpHeader {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly ssrc: number;
}

/** `id` is 1 to 14; `data` and `payload` share the memory of the parsed bytes. Padding is not part of `payload`. */
export interface ParsedRtpPacket extends RtpHeader {
  readonly extensions: readonly { readonly id: number; readonly data: Uint8Array }[];
  readonly payload: Uint8Array;
}

/**
 * Writes the 12 bytes of the fixed header from `offset` on. `hasExtension` only sets the X bit.
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                             SSRC                              |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export function writeRtpHeader(
  target: Uint8Array,
  offset: number,
  header: RtpHeader,
  hasExtension: boolean,
): void {
  target[offset] = 0x80 | (hasExtension ? 0x10 : 0);
  target[offset + 1] = (header.marker ? 0x80 : 0) | (header.payloadType & 0x7f);
  writeUint16(target, offset + 2, header.sequenceNumber);
  writeUint32(target, offset + 4, header.timestamp);
  writeUint32(target, offset + 8, header.ssrc);
}

export function setSequenceNumber(packet: Uint8Array, sequenceNumber: number): void {
  writeUint16(packet, 2, sequenceNumber);
}

/** Keeps the marker bit. */
export function setPayloadType(packet: Uint8Array, payloadType: number): void {
  packet[1] = ((packet[1] ?? 0) & 0x80) | (payloadType & 0x7f);
}

export function setSsrc(packet: Uint8Array, ssrc: number): void {
  writeUint32(packet, 8, ssrc);
}

/** Reads a packet. Undefined where the version is not 2 or a length inside points past the end; never throws. */
export function parseRtpPacket(bytes: Uint8Array): ParsedRtpPacket | undefined {
  if (bytes.length < RTP_HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint8(0);
  if (first >> 6 !== 2) return undefined;
  let payloadStart = RTP_HEADER_BYTES + (first & 0x0f) * 4;
  let extensions: ParsedRtpPacket['extensions'] = [];
  if ((first & 0x10) !== 0) {
    if (payloadStart + 4 > bytes.length) return undefined;
    const start = payloadStart + 4;
    const end = start + view.getUint16(payloadStart + 2) * 4;
    if (end > bytes.length) return undefined;
    if (view.getUint16(payloadStart) === ONE_BYTE_EXTENSIONS)
      extensions = parseElements(bytes.subarray(start, end));
    payloadStart = end;
  }
  let payloadEnd = bytes.length;
  if ((first & 0x20) !== 0) {
    const padding = view.getUint8(bytes.length - 1);
    if (padding === 0) return undefined;
    payloadEnd -= padding;
  }
  if (payloadStart > payloadEnd) return undefined;
  return {
    marker: (view.getUint8(1) & 0x80) !== 0,
    payloadType: view.getUint8(1) & 0x7f,
    sequenceNumber: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    extensions,
    payload: bytes.subarray(payloadStart, payloadEnd),
  };
}

/** RFC 8285, 4.2: four bits of id, four of length less one, the data; stops where an element does not fit. */
function parseElements(block: Uint8Array): { id: number; data: Uint8Array }[] {
  const elements: { id: number; data: Uint8Array }[] = [];
  let at = 0;
  while (at < block.length) {
    const head = block[at] ?? 0;
    const id = head >> 4;
    if (head === 0) {
      at++;
      continue;
    }
    const end = at + 2 + (head & 0x0f);
    if (id === PADDING_ID || id === STOP_ID || end > block.length) break;
    elements.push({ id, data: block.subarray(at + 1, end) });
    at = end;
  }
  return elements;
}

function writeUint16(target: Uint8Array, offset: number, value: number): void {
  target[offset] = (value >>> 8) & 0xff;
  target[offset + 1] = value & 0xff;
}

function writeUint32(target: Uint8Array, offset: number, value: number): void {
  target[offset] = (value >>> 24) & 0xff;
  target[offset + 1] = (value >>> 16) & 0xff;
  target[offset + 2] = (value >>> 8) & 0xff;
  target[offset + 3] = value & 0xff;
}
