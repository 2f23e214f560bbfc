import { describe, expect, test } from 'vitest';
import {
  decodeTimeStrip,
  encodeTimeStrip,
  readTimeStrip,
  timeStripAge,
  timeStripColumn,
  timeStripHeight,
} from '../src/index.ts';

const VECTOR = '1011111110010101101000000000001000000101';
const cellsOf = (text: string) => [...text].map((cell) => (cell === '1' ? 1 : 0)) as (0 | 1)[];

describe('time strip', () => {
  test('[STRIP1] cells are floor(i*W/40) wide and floor(W/80)*2 high', () => {
    expect([0, 1, 2, 39, 40].map((i) => timeStripColumn(i, 1279))).toEqual([0, 31, 63, 1247, 1279]);
    expect([640, 1279, 1280, 1920].map(timeStripHeight)).toEqual([16, 30, 32, 48]);
  });

  test('[STRIP4] the test vector of 1700000000000 ms', () => {
    expect(1_700_000_000_000 % 2 ** 28).toBe(266_692_608);
    expect(encodeTimeStrip(1_700_000_000_000).join('')).toBe(VECTOR);
  });

  test('[STRIP3] every time comes back modulo 2^28', () => {
    for (const ms of [0, 1, 2 ** 28 - 1, 2 ** 28, 1_799_999_999_999, Date.UTC(2100, 0)]) {
      expect(decodeTimeStrip(encodeTimeStrip(ms))).toBe(ms % 2 ** 28);
    }
  });

  test('[STRIP5] one wrong cell anywhere leaves no time', () => {
    for (let index = 0; index < 40; index++) {
      const cells = cellsOf(VECTOR);
      cells[index] = cells[index] === 1 ? 0 : 1;
      expect(decodeTimeStrip(cells), `cell ${index}`).toBeUndefined();
    }
    expect(decodeTimeStrip(cellsOf(VECTOR.slice(1)))).toBeUndefined();
  });

  test('[STRIP2] a picture with soft edges is read in the middle of its cells', () => {
    const width = 641;
    const cells = cellsOf(VECTOR);
    const luma = (x: number, y: number) => {
      if (y >= timeStripHeight(width)) return 90;
      const index = cells.findIndex((_, i) => x < timeStripColumn(i + 1, width));
      const edge = x - timeStripColumn(index, width) < 3;
      return edge ? 128 : cells[index] === 1 ? 220 : 30;
    };
    expect(readTimeStrip(width, luma)).toBe(266_692_608);
  });

  test('an age crosses the wrap of 2^28 ms, and may be negative', () => {
    expect(timeStripAge(2 ** 28 - 10, 2 ** 28 * 5 + 15)).toBe(25);
    expect(timeStripAge(266_692_608, 1_700_000_000_040)).toBe(40);
    expect(timeStripAge(20, 2 ** 28 + 5)).toBe(-15);
  });
});
