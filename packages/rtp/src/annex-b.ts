/**
 * Splits an H.264 byte stream into NAL units and joins them again (ITU-T H.264, Annex B). Pure: bytes in, bytes out.
 *
 * A NAL unit is given without its start code and without the zero bytes that may follow it; emulation prevention
 * bytes stay in, as RTP wants them (RFC 6184, 5.6). Not here: where a picture ends (access-unit-assembler.ts).
 */

/** A 4K keyframe of the best quality is near 2 MB. Longer is not H.264, or a start code was lost. */
export const MAX_NAL_UNIT_BYTES = 4 * 1024 * 1024;

/** A 720p keyframe at 2 Mbit/s; the buffer doubles from here. */
const FIRST_BUFFER_BYTES = 64 * 1024;

const START_CODE = Uint8Array.of(0, 0, 0, 1);

/**
 * Cuts NAL units out of a stream that comes in chunks of any size, a pipe's or a socket's.
 *
 * Owns one buffer of at most `maxNalUnitBytes`; what it returns is a copy and the caller's. Work is linear in the
 * bytes pushed. It never throws: what is not a NAL unit is counted and skipped up to the next start code.
 */
export class AnnexBReader {
  /** NAL units dropped because, with the zero bytes after them, they were longer than the limit. */
  oversizedNalUnits = 0;
  /**
   * Bytes that belonged to no NAL unit: before the first start code, after an oversized NAL unit was dropped, or
   * after a `flush()` that came too early. If it grows after a flush, the flushed NAL unit was cut short.
   */
  discardedBytes = 0;

  readonly #maxNalUnitBytes: number;
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  #length = 0;
  #inNalUnit = false;
  /** Zero bytes at the end of what was read, 2 for two or more: the start code may go on in the next chunk. */
  #zeros = 0;

  constructor(options: { readonly maxNalUnitBytes?: number } = {}) {
    this.#maxNalUnitBytes = options.maxNalUnitBytes ?? MAX_NAL_UNIT_BYTES;
  }

  /** Takes the next bytes of the stream; returns the NAL units that they complete, often none. */
  push(chunk: Uint8Array): Uint8Array[] {
    const complete: Uint8Array[] = [];
    let from = 0;
    for (let one = chunk.indexOf(1); one !== -1; one = chunk.indexOf(1, one + 1)) {
      if (this.#zerosBefore(chunk, one) < 2) continue;
      this.#append(chunk, from, one);
      const nalUnit = this.#take();
      if (nalUnit) complete.push(nalUnit);
      this.#inNalUnit = true;
      this.#length = 0;
      from = one + 1;
    }
    this.#append(chunk, from, chunk.length);
    this.#zeros = this.#zerosBefore(chunk, chunk.length);
    return complete;
  }

  /**
   * Gives the pending NAL unit without waiting for the start code that would end it: for a pipe that has been idle
   * long enough that the writer must be done, and for the end of the stream. A start code that has begun to arrive
   * is kept. If the NAL unit does go on after all, its rest is discarded.
   */
  flush(): Uint8Array | undefined {
    const nalUnit = this.#take();
    if (nalUnit) this.#inNalUnit = false;
    return nalUnit;
  }

  #take(): Uint8Array | undefined {
    const end = endWithoutZeros(this.#buffer, 0, this.#length);
    if (end === 0) return undefined;
    this.#length = 0;
    return this.#buffer.slice(0, end);
  }

  #append(chunk: Uint8Array, from: number, to: number): void {
    if (!this.#inNalUnit) {
      this.discardedBytes += endWithoutZeros(chunk, from, to) - from;
      return;
    }
    const length = this.#length + to - from;
    if (length > this.#maxNalUnitBytes) {
      this.oversizedNalUnits++;
      this.discardedBytes += length;
      this.#inNalUnit = false;
      this.#length = 0;
      return;
    }
    if (length > this.#buffer.length) this.#grow(length);
    this.#buffer.set(chunk.subarray(from, to), this.#length);
    this.#length = length;
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.max(length, Math.min(this.#buffer.length * 2, this.#maxNalUnitBytes)));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  #zerosBefore(chunk: Uint8Array, end: number): number {
    if (end >= 2) return chunk[end - 1] !== 0 ? 0 : chunk[end - 2] !== 0 ? 1 : 2;
    if (end === 0) return this.#zeros;
    return chunk[0] !== 0 ? 0 : Math.min(this.#zeros + 1, 2);
  }
}

/** The NAL units of bytes that are whole, an encoder's output for one picture. They share the memory of `bytes`. */
export function splitAnnexB(bytes: Uint8Array): Uint8Array[] {
  const nalUnits: Uint8Array[] = [];
  let start = -1;
  const cut = (to: number): void => {
    if (start === -1) return;
    const end = endWithoutZeros(bytes, start, to);
    if (end > start) nalUnits.push(bytes.subarray(start, end));
  };
  for (let one = bytes.indexOf(1, 2); one !== -1; one = bytes.indexOf(1, one + 1)) {
    if (bytes[one - 1] !== 0 || bytes[one - 2] !== 0) continue;
    cut(one);
    start = one + 1;
  }
  cut(bytes.length);
  return nalUnits;
}

/** H.264, 7.4.1: a NAL unit never ends in a zero byte, so these are trailing_zero_8bits or the next start code. */
function endWithoutZeros(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && bytes[end - 1] === 0) end--;
  return end;
}

/** One after the other in memory of their own, each behind a start code (ITU-T H.264, annex B). */
export function joinAnnexB(nalUnits: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(nalUnits.reduce((sum, { length }) => sum + START_CODE.length + length, 0));
  let at = 0;
  for (const nalUnit of nalUnits) {
    bytes.set(START_CODE, at);
    bytes.set(nalUnit, at + START_CODE.length);
    at += START_CODE.length + nalUnit.length;
  }
  return bytes;
}
