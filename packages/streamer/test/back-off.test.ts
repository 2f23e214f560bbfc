import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BackOff } from '../src/domain/back-off.ts';

const LIMITS = { firstMs: 100, maxMs: 1_000 };

describe('pauses between tries', () => {
  test('the bound doubles up to the greatest', () => {
    const backOff = new BackOff(LIMITS, () => 1);
    expect(Array.from({ length: 6 }, () => backOff.next())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test('after a success the first bound counts again', () => {
    const backOff = new BackOff(LIMITS, () => 1);
    for (let n = 0; n < 5; n++) backOff.next();
    backOff.reset();
    expect([backOff.next(), backOff.next()]).toEqual([100, 200]);
  });

  test('[LIFE3] five thousand who were sent away together come back over the longest pause, evenly', () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 0x7fffffff;
      return seed / 0x7fffffff;
    };
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let n = 0; n < 5_000; n++) {
      const backOff = new BackOff(LIMITS, random);
      backOff.giveWay();
      const tenth = Math.floor(backOff.next() / 100);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(tenths).toHaveLength(10);
    for (const count of tenths) expect(count).toBeLessThan(500 * 1.2);
  });

  test('no pause is longer than the bound, whatever chance says', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 50 }), (chances) => {
        let at = 0;
        const backOff = new BackOff(LIMITS, () => chances[at++] ?? 0);
        return chances.every((_, n) => {
          const pauseMs = backOff.next();
          return pauseMs >= 0 && pauseMs <= Math.min(1_000, 100 * 2 ** n);
        });
      }),
    );
  });
});
