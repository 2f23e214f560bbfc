import { expect } from 'vitest';

/**
 * Pictures, by their time strips, of video that moves: no time goes back. A busy page is called late for one picture,
 * and then draws the next one twice.
 */
export function expectMoving(strips: readonly { readonly ms: number }[]): void {
  const times = strips.map(({ ms }) => ms);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(new Set(times).size).toBeGreaterThan(times.length / 2);
}
