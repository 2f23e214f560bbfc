/** Still pictures: which keyframe they are made of, what the server is told, and that nobody who watches is disturbed. */
import type { AccessUnit } from '@perch/rtp';
import { describe, expect, test } from 'vitest';
import { lazyJpeg } from '../src/adapters/lazy-jpeg.ts';
import {
  ENCODED_WITHIN_MS,
  type JpegOutcome,
  KEYFRAME_WITHIN_MS,
  MAX_WAITING,
  Snapshots,
} from '../src/domain/snapshots.ts';
import { FORMAT, memoryLog, Studio, settle } from './support/fakes.ts';
import { Station } from './support/station.ts';

const JPEG: JpegOutcome = {
  ok: true,
  jpeg: { bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), width: 320, height: 240 },
};
const SENT = { jpeg: '/9j/2Q==', width: 320, height: 240 };

/** An encoder that is done when a test says so. */
class HandEncoder {
  readonly keyframes: AccessUnit[] = [];
  #settle: ((outcome: JpegOutcome | Promise<never>) => void)[] = [];

  readonly encode = (keyframe: AccessUnit): Promise<JpegOutcome> => {
    this.keyframes.push(keyframe);
    return new Promise((resolve) => this.#settle.push(resolve));
  };

  async finish(outcome: JpegOutcome | Promise<never> = JPEG): Promise<void> {
    this.#settle.shift()!(outcome);
    await settle();
  }
}

function set(options: ConstructorParameters<typeof Studio>[0] = {}) {
  const studio = new Studio(options);
  const encoder = new HandEncoder();
  const { log, lines } = memoryLog();
  const sent: object[] = [];
  const { broadcast, clock, source } = studio;
  const snapshots = new Snapshots(
    { broadcast, clock, log, encodeJpeg: encoder.encode },
    ({ type: _, ...answer }) => {
      sent.push(answer);
    },
  );
  return { studio, broadcast, clock, source, encoder, lines, sent, snapshots };
}

describe('a still', () => {
  test('[SNAP5] while nobody watches has the main layer encoded for one keyframe, and no longer', async () => {
    const { studio, broadcast, source, encoder, sent, snapshots } = set();
    expect([source.main.bitsPerSecond, broadcast.isWanted('main')]).toEqual([0, false]);
    snapshots.handleWanted({ id: 'a' });
    expect([source.main.bitsPerSecond, broadcast.isWanted('main')]).toEqual([FORMAT.bitsPerSecond, true]);
    expect(broadcast.isWanted('low')).toBe(false);
    studio.shoot({ keyframe: true });
    expect([source.main.bitsPerSecond, broadcast.isWanted('main')]).toEqual([0, false]);
    await encoder.finish();
    expect(sent).toEqual([{ id: 'a', ...SENT }]);
  });

  test('[SNAP5] is made of a keyframe of the last second without asking for another', async () => {
    const { studio, clock, source, encoder, sent, snapshots } = set();
    studio.shoot({ keyframe: true, size: 77 });
    clock.advance(1_000);
    snapshots.handleWanted({ id: 'a' });
    expect(encoder.keyframes[0]?.nalUnits.at(-1)).toHaveLength(77);
    expect(source.main.keyframeRequests).toBe(0);
    await encoder.finish();
    expect(sent).toEqual([{ id: 'a', ...SENT }]);
    expect(clock.timers.size).toBe(0);
  });

  test('[SNAP5] asks for a keyframe as one who lost a packet does, together with those who did', () => {
    const station = new Station();
    const { source, clock } = station.studio;
    station.watch('viewer-1');
    station.studio.shoot({ keyframe: true });
    station.studio.film(1_500);
    const before = source.main.keyframeRequests;
    station.studio.broadcast.wantKeyframe(() => {});
    expect(source.main.keyframeRequests).toBe(before + 1);
    expect(source.main.bitsPerSecond).toBeGreaterThan(0);
    clock.advance(100);
    station.studio.shoot({ keyframe: true });
    station.studio.film(900);
    expect(source.main.keyframeRequests).toBe(before + 1);
  });

  test('[SNAP5] of a source that makes keyframes as it likes is the newest, where none comes in three seconds', async () => {
    const { studio, clock, encoder, sent, snapshots } = set({ forcesKeyframes: false });
    studio.shoot({ keyframe: true, size: 77 });
    studio.film(5_000);
    snapshots.handleWanted({ id: 'a' });
    studio.film(KEYFRAME_WITHIN_MS - 100);
    expect(encoder.keyframes).toEqual([]);
    clock.advance(100);
    expect(encoder.keyframes[0]?.nalUnits.at(-1)).toHaveLength(77);
    await encoder.finish();
    expect(sent).toEqual([{ id: 'a', ...SENT }]);

    studio.film(1_000);
    snapshots.handleWanted({ id: 'b' });
    studio.film(1_000);
    studio.shoot({ keyframe: true, size: 88 });
    expect(encoder.keyframes[1]?.nalUnits.at(-1)).toHaveLength(88);
  });

  test('[SNAP4] of a camera that is restarting is no picture, not an old one', () => {
    const { studio, broadcast, clock, sent, snapshots } = set();
    studio.shoot({ keyframe: true });
    broadcast.useSource(undefined);
    snapshots.handleWanted({ id: 'a' });
    clock.advance(KEYFRAME_WITHIN_MS);
    expect(sent).toEqual([{ id: 'a', reason: 'no-picture' }]);
    expect(broadcast.isWanted('main')).toBe(false);
  });

  test('[SNAP2] is one for all who ask before it is there', async () => {
    const { studio, encoder, sent, snapshots } = set();
    snapshots.handleWanted({ id: 'a' });
    snapshots.handleWanted({ id: 'b' });
    studio.shoot({ keyframe: true });
    snapshots.handleWanted({ id: 'c' });
    expect(encoder.keyframes).toHaveLength(1);
    await encoder.finish();
    expect(sent).toEqual(['a', 'b', 'c'].map((id) => ({ id, ...SENT })));
  });

  test('is not promised to a server that asks for ever more before it is there', async () => {
    const { studio, encoder, sent, snapshots } = set();
    for (let asked = 0; asked < 1_000; asked++) snapshots.handleWanted({ id: `${asked}` });
    studio.shoot({ keyframe: true });
    await encoder.finish();
    expect(sent).toHaveLength(MAX_WAITING);
  });

  test('[SNAP4] that fails is said and logged once', async () => {
    const { studio, encoder, lines, sent, snapshots } = set();
    studio.shoot({ keyframe: true });
    snapshots.handleWanted({ id: 'a' });
    await encoder.finish(Promise.reject(new Error('broken bytes')));
    expect(sent).toEqual([{ id: 'a', reason: 'failed' }]);
    expect(lines).toMatchObject([{ level: 40, reason: 'broken bytes' }]);
  });

  test('[SNAP3] that is too large for a message is not sent', async () => {
    const { studio, encoder, sent, snapshots } = set();
    studio.shoot({ keyframe: true });
    snapshots.handleWanted({ id: 'a' });
    await encoder.finish({
      ok: true,
      jpeg: { bytes: new Uint8Array(48 * 1024 + 1), width: 640, height: 360 },
    });
    expect(sent).toEqual([{ id: 'a', reason: 'failed' }]);
  });

  test('that takes too long is given up, and none is begun beside it', async () => {
    const { studio, clock, encoder, sent, snapshots } = set();
    studio.shoot({ keyframe: true });
    snapshots.handleWanted({ id: 'a' });
    clock.advance(ENCODED_WITHIN_MS);
    snapshots.handleWanted({ id: 'b' });
    expect(encoder.keyframes).toHaveLength(1);
    await encoder.finish();
    expect(sent).toEqual([
      { id: 'a', reason: 'failed' },
      { id: 'b', reason: 'failed' },
    ]);
    studio.shoot({ keyframe: true });
    snapshots.handleWanted({ id: 'c' });
    await encoder.finish();
    expect(sent.at(-1)).toEqual({ id: 'c', ...SENT });
  });
});

describe('the broadcaster', () => {
  test('[SNAP4] says so where it can make none', async () => {
    const station = new Station();
    station.studio.shoot({ keyframe: true });
    station.receive({ type: 'snapshot-wanted', id: 'a' });
    await settle();
    expect(station.link.sentOf('snapshot')).toEqual([{ type: 'snapshot', id: 'a', reason: 'no-encoder' }]);
  });

  test('that lost its server answers no more, and asks its encoder for nothing', () => {
    const station = new Station();
    station.receive({ type: 'snapshot-wanted', id: 'a' });
    expect(station.studio.source.main.bitsPerSecond).toBeGreaterThan(0);
    station.broadcaster.handleLinkDown();
    expect(station.studio.source.main.bitsPerSecond).toBe(0);
    station.linkUp();
    station.studio.clock.advance(KEYFRAME_WITHIN_MS);
    expect(station.link.sentOf('snapshot')).toEqual([]);
  });
});

test('the first still loads node-av by itself', async () => {
  // Parameter sets and no slice: nothing to show.
  const outcome = await lazyJpeg({ nalUnits: [Uint8Array.of(0x67, 0x42, 0xe0, 0x0d, 0xda)], keyframe: true });
  expect(outcome).toEqual({ ok: false, reason: 'failed' });
});
