import { stripVTControlCharacters } from 'node:util';
import { decodeQR } from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { qrCode } from '../src/qr-code.ts';

const LINK =
  'http://203.0.113.7:8080/watch/garden#token=eyJhbGciOiJIUzI1NiJ9.eyJzIjoiZ2FyZGVuIn0.c2lnbmF0dXJl';

/** Of each line, in columns. */
const INDENT = 2;

/** Pixels for each half of a character. */
const SCALE = 4;

const printedLines = (columns: number) =>
  stripVTControlCharacters(qrCode(LINK, columns)).trimEnd().split('\n');

/** What a phone sees of a terminal: each character's upper and lower half in white or black. */
function photograph(lines: readonly string[]): { width: number; height: number; data: Uint8ClampedArray } {
  const halves = lines.flatMap((line) => {
    const cells = [...line.slice(INDENT)];
    return [cells.map((cell) => '█▀'.includes(cell)), cells.map((cell) => '█▄'.includes(cell))];
  });
  const width = (halves[0]?.length ?? 0) * SCALE;
  const height = halves.length * SCALE;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const isLight = halves[Math.floor(pixel / width / SCALE)]?.[Math.floor((pixel % width) / SCALE)];
    if (!isLight) data.fill(0, pixel * 4, pixel * 4 + 3);
  }
  return { width, height, data };
}

describe('a QR code in a terminal', () => {
  it('is read as the link that it was made of', () => {
    expect(decodeQR(photograph(printedLines(80)))).toBe(LINK);
  });

  it('is left out where it does not fit', () => {
    const columns = printedLines(200)[0]?.length ?? 0;
    expect(qrCode(LINK, columns)).not.toBe('');
    expect(qrCode(LINK, columns - 1)).toBe('');
  });
});
