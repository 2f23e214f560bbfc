/** Reads bit fields and Exp-Golomb codes (ITU-T H.264, 7.2 and 9.1). Never throws: see `failed`. */

/** ue(v) never needs more: a value is at most 2^32 - 2. */
const MAX_LEADING_ZEROS = 32;

/** Reads from the most significant bit on. Past the end every bit is 0 and `failed` is set, for good. */
export class BitReader {
  /** More was read than there is, or a code was longer than any that the standard allows. */
  failed = false;

  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** u(1) */
  readBit(): 0 | 1 {
    const byte = this.#bytes[this.#position >> 3];
    if (byte === undefined) {
      this.failed = true;
      return 0;
    }
    const bit = (byte >> (7 - (this.#position & 7))) & 1;
    this.#position++;
    return bit === 1 ? 1 : 0;
  }

  /** u(n), `count` up to 32. */
  readBits(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit++) value = value * 2 + this.readBit();
    return value;
  }

  /** ue(v): n zeros, a one, n bits; the value is 2^n - 1 + those bits. */
  readUnsigned(): number {
    let leadingZeros = 0;
    while (this.readBit() === 0) {
      leadingZeros++;
      if (this.failed || leadingZeros > MAX_LEADING_ZEROS) {
        this.failed = true;
        return 0;
      }
    }
    return 2 ** leadingZeros - 1 + this.readBits(leadingZeros);
  }

  /** se(v): the codes 0, 1, 2, 3, 4 mean 0, 1, -1, 2, -2 (9.1.1). */
  readSigned(): number {
    const code = this.readUnsigned();
    return code % 2 === 1 ? (code + 1) / 2 : 0 - code / 2;
  }
}

/**
 * The payload of a NAL unit without its header byte and its emulation prevention bytes: in 00 00 03 the 03 goes
 * (H.264, 7.3.1). At most `maxBytes` of it.
 */
export function toRbsp(nalUnit: Uint8Array, maxBytes: number): Uint8Array {
  const rbsp = new Uint8Array(Math.max(0, Math.min(nalUnit.length - 1, maxBytes)));
  let length = 0;
  let zeros = 0;
  for (let at = 1; at < nalUnit.length && length < rbsp.length; at++) {
    const byte = nalUnit[at] ?? 0;
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    rbsp[length++] = byte;
  }
  return rbsp.subarray(0, length);
}
