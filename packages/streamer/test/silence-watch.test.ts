import { expect, test } from 'vitest';
import { SilenceWatch } from '../src/domain/silence-watch.ts';
import { ManualClock } from './support/fakes.ts';

function watched(framesPerSecond = 30) {
  const clock = new ManualClock();
  const said: string[] = [];
  return { clock, said, watch: new SilenceWatch(clock, { framesPerSecond }, (reason) => said.push(reason)) };
}

test('a source has ten seconds for its first picture', () => {
  const { clock, said } = watched();
  clock.advance(9_900);
  expect(said).toEqual([]);
  clock.advance(100);
  expect(said).toEqual(['no picture for 10 s']);
});

test('after the first one it is silent when two seconds bring nothing, and that is told once', () => {
  const { clock, said, watch } = watched();
  clock.advance(9_000);
  watch.handleLife();
  clock.advance(2_000);
  watch.handleLife();
  clock.advance(2_000);
  expect(said).toEqual([]);
  clock.advance(500);
  expect(said).toEqual(['no picture for 2 s']);
  clock.advance(60_000);
  expect(said).toHaveLength(1);
});

test('one picture a second is not silence, and three may be missing', () => {
  const { clock, said, watch } = watched(1);
  for (let n = 0; n < 10; n++) {
    clock.advance(1_000);
    watch.handleLife();
  }
  clock.advance(3_000);
  expect(said).toEqual([]);
  clock.advance(750);
  expect(said).toEqual(['no picture for 3 s']);
});

test('whose own process was held up for long is not blamed', () => {
  const { clock, said, watch } = watched();
  watch.handleLife();
  clock.advance(500);
  // The timer fires late, before what came meanwhile is read.
  const [timer] = clock.timers;
  timer!.at += 60_000;
  clock.advance(60_000);
  watch.handleLife();
  clock.advance(1_900);
  expect(said).toEqual([]);
});

test('closed, it says nothing more', () => {
  const { clock, said, watch } = watched();
  watch.close();
  watch.close();
  clock.advance(60_000);
  expect([said, clock.timers.size]).toEqual([[], 0]);
});
