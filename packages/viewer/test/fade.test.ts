import { beforeEach, describe, expect, test } from 'vitest';
import { Fade } from '../src/domain/fade.ts';
import { ManualClock } from './fake-world.ts';

let clock: ManualClock;
let told: boolean[];
let fade: Fade;

beforeEach(() => {
  clock = new ManualClock();
  told = [];
  fade = new Fade(clock, (shown) => told.push(shown));
});

describe('the controls', () => {
  test('are shown for as long as nothing plays', async () => {
    await clock.advance(60_000);
    expect(fade.shown).toBe(true);
    expect(told).toEqual([]);
  });

  test('go 3 s after the last sign of the person, and come back with the next', async () => {
    fade.hold(false);
    await clock.advance(2_000);
    fade.show();
    await clock.advance(2_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual([false]);
    fade.show();
    expect(told).toEqual([false, true]);
    await clock.advance(3_000);
    expect(told).toEqual([false, true, false]);
  });

  test('stay while they are held, and 3 s longer', async () => {
    fade.hold(false);
    await clock.advance(1_000);
    fade.hold(true);
    fade.hide();
    await clock.advance(60_000);
    expect(fade.shown).toBe(true);
    fade.hold(false);
    await clock.advance(2_999);
    expect(fade.shown).toBe(true);
    await clock.advance(1);
    expect(fade.shown).toBe(false);
  });

  test('come back when they are held', async () => {
    fade.hold(false);
    await clock.advance(3_000);
    fade.hold(true);
    expect(told).toEqual([false, true]);
  });

  test('go at once at a tap, and stay away', async () => {
    fade.hold(false);
    fade.hide();
    await clock.advance(60_000);
    expect(told).toEqual([false]);
  });

  test('leave no timer behind', async () => {
    fade.hold(false);
    fade.close();
    await clock.advance(60_000);
    expect(told).toEqual([]);
  });
});
