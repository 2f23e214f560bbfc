import { describe, expect, test } from 'vitest';
import { Layer, type PacketSink } from '../src/domain/layer.ts';
import { FakeLayer, FORMAT, ManualClock, picture } from './support/fakes.ts';

const AS_NEW = { isNew: true };

class FakeSink implements PacketSink {
  isBehind = false;
  readonly pictures: { indexes: number[]; keyframe: boolean }[] = [];
  afterwards: () => void = () => {};

  sendPackets(_layer: Layer, packets: Parameters<PacketSink['sendPackets']>[1], keyframe: boolean) {
    this.pictures.push({ indexes: packets.map(({ index }) => index), keyframe });
    this.afterwards();
  }
}

/** A layer with a source, on a manual clock. */
function stage() {
  const clock = new ManualClock();
  const layer = new Layer(clock, 'main', { ssrc: 1, payloadType: 102 });
  const source = new FakeLayer(0, FORMAT.bitsPerSecond, true);
  layer.useSource(source);
  const shoot = (options: Parameters<typeof picture>[1] = {}) =>
    layer.handlePicture(picture(clock.nowMs(), options));
  const film = (pictures: number) => {
    for (let n = 0; n < pictures; n++) {
      clock.advance(100);
      shoot();
    }
  };
  return { clock, layer, source, shoot, film };
}

describe('pictures', () => {
  test('each is packetized once and handed to every viewer', () => {
    const { layer, shoot } = stage();
    const sinks = [new FakeSink(), new FakeSink()];
    for (const sink of sinks) layer.add(sink, AS_NEW);
    shoot({ keyframe: true, size: 3_000 });
    shoot();
    expect(sinks[0]!.pictures).toEqual(sinks[1]!.pictures);
    expect(sinks[0]!.pictures.map(({ keyframe }) => keyframe)).toEqual([true, false]);
    expect(sinks[0]!.pictures.flatMap(({ indexes }) => indexes)).toEqual([0, 1, 2, 3, 4]);
  });

  test('one of nothing is sent to nobody', () => {
    const { layer } = stage();
    const sink = new FakeSink();
    layer.add(sink, AS_NEW);
    layer.handlePicture({ accessUnit: { nalUnits: [], keyframe: true }, capturedMs: 0 });
    expect(sink.pictures).toEqual([]);
  });

  test('a viewer who was removed gets no more, and may be removed by what it is sent', () => {
    const { layer, shoot } = stage();
    shoot({ keyframe: true });
    const sink = new FakeSink();
    sink.afterwards = () => layer.remove(sink);
    layer.add(sink, AS_NEW);
    shoot();
    expect(sink.pictures).toHaveLength(1);
  });

  test('a viewer from another layer gets a keyframe made for it, not what is cached', () => {
    const { layer, shoot, source } = stage();
    shoot({ keyframe: true });
    const sink = new FakeSink();
    layer.add(sink, { isNew: false });
    expect(sink.pictures).toEqual([]);
    expect(source.keyframeRequests).toBe(1);
  });
});

describe('sources that come and go', () => {
  test('while there is none, a keyframe is asked of nobody', () => {
    const { layer, source } = stage();
    layer.useSource(undefined);
    layer.add(new FakeSink(), AS_NEW);
    layer.requestKeyframeForLoss();
    expect(source.keyframeRequests).toBe(0);
  });

  test('a viewer who comes while there is none sees the last pictures until the next source begins', () => {
    const { layer, shoot, film } = stage();
    shoot({ keyframe: true });
    film(20);
    layer.useSource(undefined);
    const sink = new FakeSink();
    layer.add(sink, AS_NEW);
    expect(sink.pictures[0]!.indexes).toHaveLength(22);
    shoot({ keyframe: true });
    expect(sink.pictures[1]).toMatchObject({ keyframe: true, indexes: [22, 23] });
  });

  test('what a new source gives before its first keyframe is dropped', () => {
    const { layer, shoot, source } = stage();
    const sink = new FakeSink();
    layer.add(sink, AS_NEW);
    shoot({ keyframe: true });
    layer.useSource(source);
    shoot();
    shoot({ keyframe: true });
    expect(sink.pictures.map(({ keyframe }) => keyframe)).toEqual([true, true]);
  });
});

test('a rate that hardly differs is not passed on, 0 always is', () => {
  const { layer, source } = stage();
  layer.setBitsPerSecond(100_000);
  layer.setBitsPerSecond(102_000);
  expect(source.bitsPerSecond).toBe(100_000);
  layer.setBitsPerSecond(104_000);
  expect(source.bitsPerSecond).toBe(104_000);
  layer.setBitsPerSecond(0);
  expect([source.bitsPerSecond, layer.bitsPerSecond]).toEqual([0, 0]);
});

describe('a keyframe for who does not watch', () => {
  test('has pictures taken while nobody watches, and none while everybody who does is behind', () => {
    const { layer, shoot } = stage();
    layer.wantKeyframe(() => {});
    expect([layer.hasTakers, layer.isWanted]).toEqual([true, true]);
    const sink = new FakeSink();
    layer.add(sink, AS_NEW);
    sink.isBehind = true;
    expect(layer.isWanted).toBe(false);
    sink.isBehind = false;
    shoot({ keyframe: true });
    layer.remove(sink);
    expect([layer.hasTakers, layer.isWanted]).toEqual([false, false]);
  });

  test('is handed over once, and never to who took the wish back', () => {
    const { layer, clock, shoot } = stage();
    const taken: string[] = [];
    layer.wantKeyframe(() => taken.push('stays'));
    layer.wantKeyframe(() => taken.push('goes'))();
    shoot({ keyframe: true });
    clock.advance(2_000);
    shoot({ keyframe: true });
    expect(taken).toEqual(['stays']);
  });
});
