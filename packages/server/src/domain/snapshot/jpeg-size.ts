/**
 * The size that a JPEG says it has (ISO/IEC 10918-1, B.1 and B.2): from SOI through its segments to the first frame header.
 * Undefined for what is not one baseline or progressive JPEG from its first byte to its last. Looks at no picture data.
 */

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
/** SOF0 to SOF2: baseline, extended sequential, progressive; what browsers show. */
const FIRST_FRAME_HEADER = 0xc0;
const LAST_FRAME_HEADER = 0xc2;

/** A marker and a length. */
const HEADER_BYTES = 4;

export function jpegSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isMarker = (at: number, marker: number) =>
    at >= 0 && at + 2 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] === marker;
  if (!isMarker(0, SOI) || !isMarker(bytes.length - 2, EOI)) return undefined;
  for (let at = 2; at + HEADER_BYTES <= bytes.length; ) {
    const marker = bytes[at + 1] ?? 0;
    const length = view.getUint16(at + 2);
    if (bytes[at] !== 0xff || marker === SOS || length < 2) return undefined;
    if (marker >= FIRST_FRAME_HEADER && marker <= LAST_FRAME_HEADER) {
      //  | FF Cn | length | precision (1) | height (2) | width (2) | ...
      if (length < 8 || at + 9 > bytes.length) return undefined;
      const size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
      return size.height > 0 && size.width > 0 ? size : undefined;
    }
    at += 2 + length;
  }
  return undefined;
}
