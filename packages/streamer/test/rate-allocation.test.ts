import { describe, expect, test } from 'vitest';
import { allocateRates, newPlace, type PlacedViewer } from '../src/domain/rate-allocation.ts';

const LIMITS = {
  main: { lowestBitsPerSecond: 500, highestBitsPerSecond: 2_000 },
  low: { lowestBitsPerSecond: 100, highestBitsPerSecond: 1_000 },
};

/** Viewers whose paths carry what `set` says, asked ten times a second. */
function stage(...carries: number[]) {
  const viewers = carries.map((carriesBitsPerSecond) => ({ place: newPlace(), carriesBitsPerSecond }));
  let nowMs = 0;
  let rates = { main: 0, low: 0 };
  return {
    set(viewer: number, bitsPerSecond: number) {
      viewers[viewer]!.carriesBitsPerSecond = bitsPerSecond;
    },
    after(ms: number, limits: Parameters<typeof allocateRates>[1] = LIMITS) {
      for (const end = nowMs + ms; nowMs < end; nowMs += 100) {
        rates = allocateRates(viewers as readonly PlacedViewer[], limits, nowMs);
      }
      return { ...rates, layers: viewers.map(({ place }) => place.layer).join(' ') };
    },
  };
}

describe('rates', () => {
  test('nobody watches: nothing is encoded', () => {
    expect(stage().after(100)).toMatchObject({ main: 0, low: 0 });
  });

  test('the main layer follows its slowest healthy viewer, and never exceeds what the owner allows', () => {
    expect(stage(9_000).after(100)).toMatchObject({ main: 2_000, low: 0 });
    expect(stage(9_000, 1_800).after(1_000)).toEqual({ main: 1_800, low: 0, layers: 'main main' });
    expect(stage(700).after(1_000)).toEqual({ main: 700, low: 0, layers: 'main' });
  });

  test('a dip of one viewer costs the others nothing, not even until it is on the low layer', () => {
    const viewers = stage(9_000, 9_000);
    viewers.after(500);
    viewers.set(1, 600);
    for (let n = 0; n < 20; n++) expect(viewers.after(100).main).toBe(2_000);
    expect(viewers.after(100)).toEqual({ main: 2_000, low: 600, layers: 'main low' });
  });

  test('whoever does not carry the lowest rate goes to the low layer, alone too', () => {
    expect(stage(300).after(1_000)).toEqual({ main: 0, low: 300, layers: 'low' });
    expect(stage(20).after(1_000)).toEqual({ main: 0, low: 100, layers: 'low' });
  });

  test('where there is no low layer, the slow stay and the lowest rate is all that is done for them', () => {
    const limits = { ...LIMITS, low: undefined };
    expect(stage(300).after(1_000, limits)).toEqual({ main: 500, low: 0, layers: 'main' });
    expect(stage(300, 5_000).after(1_000, limits)).toEqual({ main: 2_000, low: 0, layers: 'main main' });
  });

  test('a fixed rate is carried or not', () => {
    const limits = { ...LIMITS, main: { lowestBitsPerSecond: 2_000, highestBitsPerSecond: 2_000 } };
    expect(stage(1_900, 2_100).after(1_000, limits)).toEqual({ main: 2_000, low: 1_000, layers: 'low main' });
  });
});

describe('changes of layer', () => {
  test('a dip that is over at once is none', () => {
    const viewers = stage(9_000, 9_000);
    viewers.set(1, 600);
    viewers.after(300);
    viewers.set(1, 9_000);
    expect(viewers.after(1_000).layers).toBe('main main');
  });

  test('back up only after the path has carried the main layer for a second', () => {
    const viewers = stage(9_000, 600);
    expect(viewers.after(500).layers).toBe('main low');
    viewers.set(1, 2_500);
    expect(viewers.after(1_000).layers).toBe('main low');
    expect(viewers.after(100).layers).toBe('main main');
  });

  test('who falls again at once waits longer each time, and not for ever', () => {
    const viewers = stage(9_000, 600);
    viewers.after(500);
    const waits: number[] = [];
    for (let falls = 0; falls < 7; falls++) {
      viewers.set(1, 2_500);
      let waitedMs = 0;
      while (viewers.after(100).layers !== 'main main') waitedMs += 100;
      waits.push(waitedMs);
      viewers.set(1, 600);
      viewers.after(500);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 32_000]);
  });
});
