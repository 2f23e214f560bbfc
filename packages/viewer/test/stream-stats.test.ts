import { describe, expect, test } from 'vitest';
import type { PathCounters, VideoCounters } from '../src/domain/stream-counters.ts';
import { statsBetween } from '../src/domain/stream-stats.ts';
import { countersOf, pathOf, videoOf } from './fake-counters.ts';

const at = (atMs: number, video: Partial<VideoCounters>, path: Partial<PathCounters> = {}, connection = 1) =>
  countersOf({ ...pathOf(), ...path }, videoOf(video), { atMs, connection });

describe('between two moments', () => {
  test('the rates are what came in the time between', () => {
    const stats = statsBetween(
      at(1_000, { bytes: 1_000, framesDecoded: 10 }),
      at(3_000, { bytes: 501_000, framesDecoded: 70 }),
    );
    expect(stats).toMatchObject({ bitsPerSecond: 2_000_000, framesPerSecond: 30 });
  });

  test('the times are averages of the pictures between', () => {
    const stats = statsBetween(
      at(0, { jitterBufferTotalMs: 100, jitterBufferFrames: 10, decodeTotalMs: 20, framesDecoded: 10 }),
      at(1_000, { jitterBufferTotalMs: 400, jitterBufferFrames: 40, decodeTotalMs: 80, framesDecoded: 40 }),
    );
    expect(stats).toMatchObject({ jitterBufferMs: 10, decodeMs: 2 });
  });

  test('loss is a share of what was sent, and never less than none', () => {
    const loss = (lost: number) =>
      statsBetween(at(0, { packets: 100, packetsLost: 5 }), at(1_000, { packets: 175, packetsLost: lost }))
        .lossShare;
    expect(loss(30)).toBe(0.25);
    expect(loss(5)).toBe(0);
    // One that was only late.
    expect(loss(4)).toBe(0);
  });

  test('nothing that came is no loss that could be known', () => {
    const still = { packets: 100, packetsLost: 5 };
    expect(statsBetween(at(0, still), at(1_000, still)).lossShare).toBeUndefined();
  });

  test('another connection, or totals that began anew, have no rates yet', () => {
    const past = at(0, { bytes: 100, framesDecoded: 10 });
    const other = statsBetween(past, at(1_000, { bytes: 900, framesDecoded: 40 }, {}, 2));
    const anew = statsBetween(past, at(1_000, { bytes: 90, framesDecoded: 4 }));
    for (const stats of [other, anew, statsBetween(undefined, past)]) {
      expect([stats.bitsPerSecond, stats.framesPerSecond]).toEqual([undefined, undefined]);
    }
  });

  test('the same moment twice has no rates', () => {
    const moment = at(1_000, { bytes: 100 });
    expect(statsBetween(moment, moment).bitsPerSecond).toBeUndefined();
  });
});

describe('the round trip', () => {
  const none = { lastRoundTripMs: undefined };
  test('is the last one', () => {
    const path = { lastRoundTripMs: 40, roundTripTotalMs: 900, roundTrips: 3 };
    expect(statsBetween(undefined, at(0, {}, path)).roundTripMs).toBe(40);
  });

  test('is the average since, where only a sum is told', () => {
    const past = at(0, {}, { ...none, roundTripTotalMs: 100, roundTrips: 1 });
    const now = at(1_000, {}, { ...none, roundTripTotalMs: 160, roundTrips: 3 });
    expect(statsBetween(past, now).roundTripMs).toBe(30);
    // None came back since.
    expect(statsBetween(now, now).roundTripMs).toBeCloseTo(160 / 3);
  });
});

describe('the delay', () => {
  const past = at(0, { jitterBufferTotalMs: 0, jitterBufferFrames: 0, decodeTotalMs: 0, framesDecoded: 0 });
  const now = at(
    1_000,
    { jitterBufferTotalMs: 300, jitterBufferFrames: 30, decodeTotalMs: 60, framesDecoded: 30 },
    { lastRoundTripMs: 50 },
  );

  test('is estimated: half a round trip, the jitter buffer, decoding', () => {
    expect(statsBetween(past, now).delay).toEqual({ ms: 25 + 10 + 2, from: 'estimate' });
  });

  test('is what the time strip says, where there is one', () => {
    expect(statsBetween(past, now, { stripAgeMs: 140 }).delay).toEqual({ ms: 140, from: 'time-strip' });
    expect(statsBetween(past, now, { stripAgeMs: -5 }).delay).toEqual({ ms: 0, from: 'time-strip' });
  });

  test.each([-3_600_000, -21, 10_000])(
    'a strip %d ms old was written by a clock that differs',
    (stripAgeMs) => {
      expect(statsBetween(past, now, { stripAgeMs }).delay?.from).toBe('estimate');
    },
  );

  test('is not guessed without a round trip', () => {
    expect(statsBetween(past, at(1_000, { jitterBufferTotalMs: 3, jitterBufferFrames: 3 })).delay).toBe(
      undefined,
    );
  });
});

describe('what limits the picture', () => {
  const size = { widthPixels: 640, heightPixels: 360 };
  test('[STATE5] a smaller picture than the camera’s full one is the low layer, and the path is why', () => {
    const told = (fullPixels: number) => ({ ...at(0, size), fullPixels });
    const low = { layer: 'low', limitedBy: 'path' };
    expect(statsBetween(undefined, told(1280 * 720))).toMatchObject(low);
    const full = { layer: 'full', limitedBy: undefined };
    expect(statsBetween(undefined, told(640 * 360))).toMatchObject(full);
    // A camera that was set to a smaller picture meanwhile.
    expect(statsBetween(undefined, told(640 * 360), { largestPixels: 1280 * 720 })).toMatchObject(full);
  });

  test('[STATE5] of a camera that tells no size a smaller picture is the low layer, and none the full one', () => {
    const after = (largestPixels: number) => statsBetween(undefined, at(0, size), { largestPixels });
    expect(after(1280 * 720)).toMatchObject({ layer: 'low', limitedBy: 'path' });
    expect(after(640 * 360)).toMatchObject({ layer: undefined, limitedBy: undefined });
  });

  test('much loss, or a device that drops pictures', () => {
    const past = at(0, { packets: 0, packetsLost: 0, framesDecoded: 0, framesDropped: 0 });
    const lossy = at(1_000, { packets: 90, packetsLost: 10, framesDecoded: 30, framesDropped: 0 });
    const slow = at(1_000, { packets: 100, packetsLost: 0, framesDecoded: 20, framesDropped: 10 });
    expect(statsBetween(past, lossy).limitedBy).toBe('loss');
    expect(statsBetween(past, slow).limitedBy).toBe('device');
  });
});

test('a browser that tells nothing has a sample all the same', () => {
  const stats = statsBetween(countersOf(undefined), countersOf(undefined, undefined, { atMs: 1_000 }));
  expect(stats.atMs).toBe(1_000);
  const { atMs, totals, ...rest } = stats;
  expect([...Object.values(rest), ...Object.values(totals)].filter((value) => value !== undefined)).toEqual(
    [],
  );
});
