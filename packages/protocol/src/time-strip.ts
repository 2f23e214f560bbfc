/**
 * The time strip: a row of black and white cells in the top of a picture that carries the moment of capture, so
 * that a program can measure the delay to any place where the picture is seen. SPEC.md, STRIP rules.
 */

export const TIME_STRIP_CELLS = 40;
const TIME_BITS = 28;
const TIME_MODULUS = 2 ** TIME_BITS;

/** Luma of a cell, BT.601 studio range: as far apart as an encoder keeps them. */
export const TIME_STRIP_LUMA = { one: 235, zero: 16 } as const;

/** The rows of the strip in a picture `width` pixels wide, in pixels; always even, for 4:2:0 chroma. */
export function timeStripHeight(width: number): number {
  return Math.floor(width / 80) * 2;
}

/** First column of cell `index`; the cell ends where cell `index + 1` begins. */
export function timeStripColumn(index: number, width: number): number {
  return Math.floor((index * width) / TIME_STRIP_CELLS);
}

/** CRC-8: polynomial 0x07, initial value 0, no reflection, no final XOR ("CRC-8/SMBUS"). */
function crc8(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
  }
  return crc;
}

function crcOfTime(value: number): number {
  return crc8([value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]);
}

/** The 40 cells for a unix time in milliseconds: sync 10, time modulo 2^28, CRC-8, sync 01. */
export function encodeTimeStrip(unixMs: number): readonly (0 | 1)[] {
  const value = Math.floor(unixMs) % TIME_MODULUS;
  const crc = crcOfTime(value);
  const cells: (0 | 1)[] = [1, 0];
  for (let bit = TIME_BITS - 1; bit >= 0; bit--) cells.push(((value >>> bit) & 1) as 0 | 1);
  for (let bit = 7; bit >= 0; bit--) cells.push(((crc >>> bit) & 1) as 0 | 1);
  cells.push(0, 1);
  return cells;
}

/** The time modulo 2^28 ms that 40 cells carry, or undefined where a sync cell or the CRC is wrong. */
export function decodeTimeStrip(cells: readonly (0 | 1)[]): number | undefined {
  if (cells.length !== TIME_STRIP_CELLS) return undefined;
  if (cells[0] !== 1 || cells[1] !== 0 || cells[38] !== 0 || cells[39] !== 1) return undefined;
  const value = toNumber(cells.slice(2, 30));
  return toNumber(cells.slice(30, 38)) === crcOfTime(value) ? value : undefined;
}

/**
 * Reads the strip out of a picture. `luma` is asked for the brightness, 0 to 255, of the pixel in the middle of
 * each cell, in pixels from the left and the top of a picture `width` pixels wide.
 */
export function readTimeStrip(width: number, luma: (x: number, y: number) => number): number | undefined {
  const y = Math.floor(timeStripHeight(width) / 2);
  const cells: (0 | 1)[] = [];
  for (let index = 0; index < TIME_STRIP_CELLS; index++) {
    const x = Math.floor((timeStripColumn(index, width) + timeStripColumn(index + 1, width)) / 2);
    cells.push(luma(x, y) > 127 ? 1 : 0);
  }
  return decodeTimeStrip(cells);
}

/** Milliseconds from the strip's time to `unixMs`; negative when the strip's clock runs ahead. */
export function timeStripAge(stripMs: number, unixMs: number): number {
  const difference = (Math.floor(unixMs) - stripMs) % TIME_MODULUS;
  const positive = (difference + TIME_MODULUS) % TIME_MODULUS;
  return positive >= TIME_MODULUS / 2 ? positive - TIME_MODULUS : positive;
}

function toNumber(bits: readonly (0 | 1)[]): number {
  return bits.reduce<number>((value, bit) => value * 2 + bit, 0);
}
