/**
 * Splits an access unit into RTP payloads (RFC 6184, packetization-mode 1). Pure: no sequence numbers, no clock.
 * Not here: interleaved mode (STAP-B, MTAP, FU-B), and reading payloads back.
 *
 * In two steps, plan and write, so that the packetizer can allocate once for all packets of a picture.
 */
import { isSlice, nalUnitType } from './h264/nal-unit.ts';

/** RFC 6184, Table 1: payload types that share the number space of NAL unit types. */
const STAP_A = 24;
const FU_A = 28;

const FU_A_HEADER_BYTES = 2;
const STAP_A_HEADER_BYTES = 1;
const STAP_A_LENGTH_BYTES = 2;

/** One RTP payload to be: a NAL unit as it is, several in one, or the bytes `from` to `to` of a large one. */
export type H264Payload =
  | { readonly kind: 'single'; readonly byteLength: number; readonly nalUnit: Uint8Array }
  | { readonly kind: 'aggregate'; readonly byteLength: number; readonly nalUnits: readonly Uint8Array[] }
  | {
      readonly kind: 'fragment';
      readonly byteLength: number;
      readonly nalUnit: Uint8Array;
      readonly from: number;
      readonly to: number;
    };

/**
 * Plans the payloads of one access unit, each at most `maxPayloadBytes` (3 or more) long.
 *
 * Parameter sets and SEI that follow each other share a STAP-A. Slices never do: they are large. A NAL unit longer
 * than a payload becomes fragments of equal length give or take a byte. Empty NAL units are ignored, and so are types
 * 0 and 24 to 31, which RTP uses for itself.
 */
export function planH264Payloads(nalUnits: readonly Uint8Array[], maxPayloadBytes: number): H264Payload[] {
  if (maxPayloadBytes < 3) throw new RangeError(`no fragment fits into ${maxPayloadBytes} bytes`);
  const payloads: H264Payload[] = [];
  let small: Uint8Array[] = [];
  let smallBytes = STAP_A_HEADER_BYTES;
  const endAggregate = (): void => {
    const [first] = small;
    if (first !== undefined && small.length === 1) payloads.push(single(first));
    else if (first !== undefined)
      payloads.push({ kind: 'aggregate', byteLength: smallBytes, nalUnits: small });
    small = [];
    smallBytes = STAP_A_HEADER_BYTES;
  };

  for (const nalUnit of nalUnits) {
    const type = nalUnitType(nalUnit);
    if (type === 0 || type >= STAP_A) continue;
    const unitBytes = STAP_A_LENGTH_BYTES + nalUnit.length;
    if (!isSlice(nalUnit) && STAP_A_HEADER_BYTES + unitBytes <= maxPayloadBytes) {
      if (smallBytes + unitBytes > maxPayloadBytes) endAggregate();
      small.push(nalUnit);
      smallBytes += unitBytes;
      continue;
    }
    endAggregate();
    if (nalUnit.length <= maxPayloadBytes) payloads.push(single(nalUnit));
    else planFragments(nalUnit, maxPayloadBytes, payloads);
  }
  endAggregate();
  return payloads;
}

function single(nalUnit: Uint8Array): H264Payload {
  return { kind: 'single', byteLength: nalUnit.length, nalUnit };
}

/** 5.8: the NAL unit's header byte is not sent, the FU headers carry its fields. There are always two or more. */
function planFragments(nalUnit: Uint8Array, maxPayloadBytes: number, payloads: H264Payload[]): void {
  const total = nalUnit.length - 1;
  const count = Math.ceil(total / (maxPayloadBytes - FU_A_HEADER_BYTES));
  for (let fragment = 0; fragment < count; fragment++) {
    const from = 1 + Math.floor((total * fragment) / count);
    const to = 1 + Math.floor((total * (fragment + 1)) / count);
    payloads.push({ kind: 'fragment', byteLength: FU_A_HEADER_BYTES + to - from, nalUnit, from, to });
  }
}

/** Writes `payload.byteLength` bytes into `target` from `offset` on. */
export function writeH264Payload(payload: H264Payload, target: Uint8Array, offset: number): void {
  switch (payload.kind) {
    case 'single':
      target.set(payload.nalUnit, offset);
      return;
    case 'aggregate':
      writeStapA(payload.nalUnits, target, offset);
      return;
    case 'fragment':
      writeFuA(payload.nalUnit, payload.from, payload.to, target, offset);
      return;
  }
}

/**
 * RFC 6184, 5.7.1. F is set if it is set in any of them, NRI is the highest of them.
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |F|NRI| type 24 |        NAL unit 1 length      | NAL unit 1 ...
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
function writeStapA(nalUnits: readonly Uint8Array[], target: Uint8Array, offset: number): void {
  let forbidden = 0;
  let refIdc = 0;
  let at = offset + STAP_A_HEADER_BYTES;
  for (const nalUnit of nalUnits) {
    const header = nalUnit[0] ?? 0;
    forbidden |= header & 0x80;
    refIdc = Math.max(refIdc, header & 0x60);
    target[at] = nalUnit.length >> 8;
    target[at + 1] = nalUnit.length & 0xff;
    target.set(nalUnit, at + STAP_A_LENGTH_BYTES);
    at += STAP_A_LENGTH_BYTES + nalUnit.length;
  }
  target[offset] = forbidden | refIdc | STAP_A;
}

/**
 * RFC 6184, 5.8. S marks the first fragment, E the last.
 * ```
 *  0                   1
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |F|NRI| type 28 |S|E|R|  Type   | bytes of the NAL unit after its header
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
function writeFuA(nalUnit: Uint8Array, from: number, to: number, target: Uint8Array, offset: number): void {
  const header = nalUnit[0] ?? 0;
  const start = from === 1 ? 0x80 : 0;
  const end = to === nalUnit.length ? 0x40 : 0;
  target[offset] = (header & 0xe0) | FU_A;
  target[offset + 1] = start | end | (header & 0x1f);
  target.set(nalUnit.subarray(from, to), offset + FU_A_HEADER_BYTES);
}
