import { expect, test } from 'vitest';
import { MeasuredRate } from '../src/domain/measured-rate.ts';
import { ManualClock } from './support/fakes.ts';

function measured() {
  const clock = new ManualClock();
  const rate = new MeasuredRate(clock, 2_000_000);
  /** Seconds of ten pictures each. */
  const film = (seconds: number, bytes: number) => {
    for (let n = 0; n < seconds * 10; n++) {
      rate.add(bytes);
      clock.advance(100);
    }
  };
  return { clock, film, rate };
}

test('is what it was said to be until a second is over', () => {
  const { clock, rate } = measured();
  expect(rate.bitsPerSecond).toBe(2_000_000);
  rate.add(10_000);
  clock.advance(900);
  expect(rate.bitsPerSecond).toBe(2_000_000);
  clock.advance(100);
  expect(rate.bitsPerSecond).toBe(80_000);
});

test('is the fullest second of the last ten', () => {
  const { film, rate } = measured();
  film(2, 1_000);
  film(1, 5_000);
  film(9, 1_000);
  expect(rate.bitsPerSecond).toBe(400_000);
  film(1, 1_000);
  expect(rate.bitsPerSecond).toBe(80_000);
});

test('a pause of the source does not count', () => {
  const { clock, film, rate } = measured();
  film(3, 1_000);
  clock.advance(60_000);
  expect(rate.bitsPerSecond).toBe(80_000);
});
