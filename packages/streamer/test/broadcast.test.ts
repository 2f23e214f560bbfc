import { describe, expect, test } from 'vitest';
import { Broadcast, type Watcher } from '../src/domain/broadcast.ts';
import type { Layer } from '../src/domain/layer.ts';
import { FORMAT, ManualClock, picture, Studio } from './support/fakes.ts';

const FULL = FORMAT.bitsPerSecond;

/** Watches what it is told to, at once. */
class FakeWatcher implements Watcher {
  carriesBitsPerSecond: number;
  isBehind = false;
  layer: Layer | undefined;
  ticks = 0;
  onTick: () => void = () => {};
  readonly pictures: { layer: string; timestamp: number; keyframe: boolean }[] = [];

  constructor(carriesBitsPerSecond = 4 * FULL) {
    this.carriesBitsPerSecond = carriesBitsPerSecond;
  }

  tick() {
    this.ticks++;
    this.onTick();
  }

  watch(layer: Layer) {
    if (layer === this.layer) return;
    this.layer?.remove(this);
    const isNew = this.layer === undefined;
    this.layer = layer;
    layer.add(this, { isNew });
  }

  sendPackets(layer: Layer, packets: Parameters<Watcher['sendPackets']>[1], keyframe: boolean) {
    this.pictures.push({ layer: layer.name, timestamp: packets[0]!.timestamp, keyframe });
  }
}

describe('the offer', () => {
  test('names H.264, constrained baseline, in the lowest level that carries the format', () => {
    const { offer } = new Broadcast({ clock: new ManualClock(), random: () => 0.5 }, FORMAT);
    expect(offer).toMatchObject({ payloadType: 102, profileLevelId: '42e00d' });
    const large = { ...FORMAT, width: 1920, height: 1080, framesPerSecond: 30 };
    expect(new Broadcast({ clock: new ManualClock(), random: () => 0.5 }, large).offer.profileLevelId).toBe(
      '42e028',
    );
  });

  test.each([0, 0.3, 1 - 2 ** -53])('with %d for chance the SSRC is 32 bits and not zero', (chance) => {
    const { offer } = new Broadcast({ clock: new ManualClock(), random: () => chance }, FORMAT);
    expect(offer.ssrc).toBeGreaterThan(0);
    expect(offer.ssrc).toBeLessThan(2 ** 32);
    expect(offer.cname).toMatch(/^[0-9a-z]+$/u);
  });
});

describe('pictures', () => {
  test('those of a layer go to the viewers of that layer', () => {
    const studio = new Studio();
    const watcher = new FakeWatcher();
    studio.broadcast.add(watcher);
    studio.shoot({ keyframe: true });
    studio.shoot({ keyframe: true, layer: 'low' });
    expect(watcher.pictures).toMatchObject([{ layer: 'main', keyframe: true }]);
  });

  test('timestamps are those of capture at 90 kHz, those of the low layer one tick later', () => {
    const studio = new Studio();
    const watcher = new FakeWatcher();
    studio.broadcast.add(watcher);
    studio.broadcast.handlePicture(picture(1_000, { keyframe: true }));
    studio.broadcast.handlePicture(picture(1_040));
    watcher.carriesBitsPerSecond = 1;
    studio.clock.advance(1_000);
    expect(watcher.layer?.name).toBe('low');
    studio.broadcast.handlePicture(picture(1_040, { keyframe: true, layer: 'low' }));
    const [first, second, third] = watcher.pictures.map(({ timestamp }) => timestamp);
    expect((second! - first!) >>> 0).toBe(40 * 90);
    expect((third! - second!) >>> 0).toBe(1);
  });

  test('are wanted while somebody is not behind', () => {
    const { broadcast } = new Studio();
    expect(broadcast.isWanted('main')).toBe(false);
    const [fast, slow] = [new FakeWatcher(), new FakeWatcher()];
    slow.isBehind = true;
    broadcast.add(slow);
    expect(broadcast.isWanted('main')).toBe(false);
    broadcast.add(fast);
    expect(broadcast.isWanted('main')).toBe(true);
    expect(broadcast.isWanted('low')).toBe(false);
  });
});

describe('rates', () => {
  test('a layer has one while somebody watches it', () => {
    const { broadcast, source } = new Studio();
    expect([source.main.bitsPerSecond, source.low!.bitsPerSecond]).toEqual([0, 0]);
    const watcher = new FakeWatcher();
    broadcast.add(watcher);
    expect([source.main.bitsPerSecond, source.low!.bitsPerSecond]).toEqual([FULL, 0]);
    broadcast.remove(watcher);
    broadcast.remove(watcher);
    expect(source.main.bitsPerSecond).toBe(0);
  });

  test('follow the viewers ten times a second, and nobody is asked when nobody watches', () => {
    const { broadcast, clock, source } = new Studio();
    const watcher = new FakeWatcher();
    broadcast.add(watcher);
    watcher.carriesBitsPerSecond = FULL / 2;
    clock.advance(1_000);
    expect(watcher.ticks).toBe(10);
    expect(source.main.bitsPerSecond).toBe(FULL / 2);
    watcher.onTick = () => broadcast.remove(watcher);
    clock.advance(1_000);
    expect(watcher.ticks).toBe(11);
    expect(clock.timers.size).toBe(0);
  });

  test('a slow viewer goes to the low layer, and the healthy one keeps its rate', () => {
    const { broadcast, clock, source } = new Studio();
    const [healthy, slow] = [new FakeWatcher(), new FakeWatcher()];
    broadcast.add(healthy);
    broadcast.add(slow);
    slow.carriesBitsPerSecond = FULL / 3;
    const rates = new Set<number>();
    for (let n = 0; n < 30; n++) {
      clock.advance(100);
      rates.add(source.main.bitsPerSecond);
    }
    expect(rates).toEqual(new Set([FULL]));
    expect([healthy.layer?.name, slow.layer?.name]).toEqual(['main', 'low']);
    expect(source.low!.bitsPerSecond).toBe(FULL / 3);
  });

  test('a low layer that goes away brings its viewers back to the main one, and takes no others', () => {
    const { broadcast, clock, source } = new Studio();
    const { main, low } = source;
    let works = true;
    broadcast.useSource({
      main,
      size: undefined,
      get low() {
        return works ? low : undefined;
      },
      close: () => source.close(),
    });
    const [healthy, slow, late] = [new FakeWatcher(), new FakeWatcher(FULL / 3), new FakeWatcher(FULL / 3)];
    broadcast.add(healthy);
    broadcast.add(slow);
    clock.advance(1_000);
    expect([healthy.layer?.name, slow.layer?.name]).toEqual(['main', 'low']);
    works = false;
    clock.advance(100);
    expect([healthy.layer?.name, slow.layer?.name]).toEqual(['main', 'main']);
    expect(low!.bitsPerSecond).toBe(0);
    broadcast.add(late);
    clock.advance(10_000);
    expect([slow.layer?.name, late.layer?.name]).toEqual(['main', 'main']);
  });

  test('a source that is opened anew gets the rates that are in force', () => {
    const { broadcast, source } = new Studio();
    broadcast.add(new FakeWatcher());
    broadcast.useSource(undefined);
    source.main.bitsPerSecond = 0;
    broadcast.useSource(source);
    expect(source.main.bitsPerSecond).toBe(FULL);
  });

  test('a viewer who comes while there is no source sees the last pictures', () => {
    const studio = new Studio();
    studio.shoot({ keyframe: true });
    studio.broadcast.useSource(undefined);
    const watcher = new FakeWatcher();
    studio.broadcast.add(watcher);
    expect(watcher.pictures).toHaveLength(1);
  });
});
