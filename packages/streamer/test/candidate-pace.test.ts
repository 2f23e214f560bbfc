import { expect, test } from 'vitest';
import { CandidatePace, PACE_MS } from '../src/adapters/candidate-pace.ts';
import { ManualClock } from './support/fakes.ts';

function start() {
  const clock = new ManualClock();
  const taken: string[] = [];
  return { clock, taken, pace: new CandidatePace(clock, (candidate) => taken.push(candidate)) };
}

test('the first goes at once, the others one after another in their order', () => {
  const { clock, taken, pace } = start();
  for (const candidate of ['a', 'b', 'c']) pace.add(candidate);
  expect(taken).toEqual(['a']);
  expect(pace.waitingCount).toBe(2);
  clock.advance(PACE_MS - 1);
  expect(taken).toEqual(['a']);
  clock.advance(1);
  expect(taken).toEqual(['a', 'b']);
  clock.advance(PACE_MS);
  expect(taken).toEqual(['a', 'b', 'c']);
});

test('who comes after a pause goes at once', () => {
  const { clock, taken, pace } = start();
  pace.add('a');
  clock.advance(PACE_MS);
  pace.add('b');
  expect(taken).toEqual(['a', 'b']);
});

test('nothing goes after the end', () => {
  const { clock, taken, pace } = start();
  pace.add('a');
  pace.add('b');
  pace.close();
  clock.advance(10 * PACE_MS);
  expect(taken).toEqual(['a']);
});
