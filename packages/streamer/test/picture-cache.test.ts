import type { RtpPacket } from '@perch/rtp';
import { describe, expect, test } from 'vitest';
import { MAX_CACHED_PACKETS, PictureCache } from '../src/domain/picture-cache.ts';

let index = 0;
const packets = (count: number) => Array.from({ length: count }, () => ({ index: index++ }) as RtpPacket);

describe('the cached group of pictures', () => {
  test('begins with the newest keyframe', () => {
    const cache = new PictureCache();
    cache.add(packets(3), true, 0);
    cache.add(packets(1), false, 10);
    const keyframe = packets(2);
    const next = packets(1);
    cache.add(keyframe, true, 20);
    cache.add(next, false, 30);
    expect(cache.since(30, 1_000)).toEqual([...keyframe, ...next]);
  });

  test('is empty before the first keyframe', () => {
    const cache = new PictureCache();
    cache.add(packets(3), false, 0);
    expect(cache.since(0, Number.POSITIVE_INFINITY)).toEqual([]);
  });

  test('is given as long as its keyframe is no older than asked for', () => {
    const cache = new PictureCache();
    cache.add(packets(1), true, 1_000);
    expect(cache.since(1_300, 300)).toHaveLength(1);
    expect(cache.since(1_301, 300)).toHaveLength(0);
  });

  test('is given up whole, and stays empty until a keyframe, where it would outgrow its bound', () => {
    const cache = new PictureCache();
    cache.add(packets(1), true, 0);
    cache.add(packets(MAX_CACHED_PACKETS - 1), false, 0);
    expect(cache.since(0, 1_000)).toHaveLength(MAX_CACHED_PACKETS);
    cache.add(packets(1), false, 0);
    cache.add(packets(1), false, 0);
    expect(cache.since(0, 1_000)).toHaveLength(0);
    cache.add(packets(5), true, 0);
    expect(cache.since(0, 1_000)).toHaveLength(5);
  });
});
