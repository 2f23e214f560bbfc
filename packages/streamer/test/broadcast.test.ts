import { describe, expect, test } from 'vitest';
import { Broadcast, type PacketSink } from '../src/domain/broadcast.ts';
import { FORMAT, ManualClock, picture, Studio } from './support/fakes.ts';

class FakeSink implements PacketSink {
  readonly pictures: { indexes: number[]; keyframe: boolean; timestamps: number[] }[] = [];
  afterwards: () => void = () => {};

  sendPackets(packets: Parameters<PacketSink['sendPackets']>[0], keyframe: boolean) {
    this.pictures.push({
      indexes: packets.map(({ index }) => index),
      timestamps: packets.map(({ timestamp }) => timestamp),
      keyframe,
    });
    this.afterwards();
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
  test('each is packetized once and handed to every viewer', () => {
    const studio = new Studio();
    const sinks = [new FakeSink(), new FakeSink()];
    for (const sink of sinks) studio.broadcast.add(sink);
    studio.shoot({ keyframe: true, size: 3_000 });
    studio.shoot();
    expect(sinks[0]!.pictures).toEqual(sinks[1]!.pictures);
    expect(sinks[0]!.pictures.map(({ keyframe }) => keyframe)).toEqual([true, false]);
    expect(sinks[0]!.pictures.flatMap(({ indexes }) => indexes)).toEqual([0, 1, 2, 3, 4]);
    expect(studio.broadcast.pictureCount).toBe(2);
  });

  test('a picture of nothing is not counted', () => {
    const studio = new Studio();
    const sink = new FakeSink();
    studio.broadcast.add(sink);
    studio.broadcast.handlePicture({
      layer: 'main',
      accessUnit: { nalUnits: [], keyframe: false },
      capturedMs: 0,
    });
    expect(sink.pictures).toEqual([]);
    expect(studio.broadcast.pictureCount).toBe(0);
  });

  test('timestamps are those of capture at 90 kHz', () => {
    const studio = new Studio();
    const sink = new FakeSink();
    studio.broadcast.add(sink);
    studio.broadcast.handlePicture(picture(1_000, { keyframe: true }));
    studio.broadcast.handlePicture(picture(1_040));
    const [first, second] = sink.pictures.map(({ timestamps }) => timestamps[0]!);
    expect((second! - first!) >>> 0).toBe(40 * 90);
  });

  test('a viewer who was removed gets no more, and may be removed by what it is sent', () => {
    const studio = new Studio();
    studio.shoot({ keyframe: true });
    const sink = new FakeSink();
    sink.afterwards = () => studio.broadcast.remove(sink);
    studio.broadcast.add(sink);
    studio.shoot();
    expect(sink.pictures).toHaveLength(1);
  });
});

describe('sources that come and go', () => {
  test('while there is none, a keyframe is asked of nobody', () => {
    const studio = new Studio();
    studio.broadcast.useSource(undefined);
    studio.broadcast.add(new FakeSink());
    studio.broadcast.requestKeyframeForLoss();
    expect(studio.source.main.keyframeRequests).toBe(0);
  });

  test('a viewer who comes while there is none sees the last pictures until the next source begins', () => {
    const studio = new Studio();
    studio.shoot({ keyframe: true });
    studio.film(2_000);
    studio.broadcast.useSource(undefined);
    const sink = new FakeSink();
    studio.broadcast.add(sink);
    expect(sink.pictures[0]!.indexes).toHaveLength(22);
    studio.shoot({ keyframe: true });
    expect(sink.pictures[1]).toMatchObject({ keyframe: true, indexes: [22, 23] });
  });

  test('a viewer who waits when a source begins is served by its first keyframe', () => {
    const studio = new Studio();
    studio.broadcast.useSource(undefined);
    const sink = new FakeSink();
    studio.broadcast.add(sink);
    studio.broadcast.useSource(studio.source);
    studio.shoot({ keyframe: true });
    expect(sink.pictures).toHaveLength(1);
  });
});
