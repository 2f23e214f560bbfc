/** One viewer of a browser's kind, with transport-wide feedback and RTX, on a path that a test plays. */
import type { parseRtpPacket } from '@perch/rtp';
import { describe, expect, test } from 'vitest';
import { ViewerConnection } from '../src/domain/viewer-connection.ts';
import { BROWSER_ANSWER, FORMAT, rtcp, Studio, startsKeyframe } from './support/fakes.ts';

const TRANSPORT_SEQUENCE_ID = 3;

function join(studio: Studio) {
  const { broadcast, clock, transports } = studio;
  const connection = new ViewerConnection(
    { broadcast, clock, openTransport: transports.open, random: () => 0.25 },
    [],
    { onOffer: () => {}, onAnswer: () => {}, onCandidate: () => {}, onOpen: () => {}, onEnded: () => {} },
  );
  const transport = transports.last;
  connection.answer(BROWSER_ANSWER);
  transport.open();
  const { ssrc, rtx } = transport.video;
  return {
    connection,
    transport,
    ssrc,
    rtxSsrc: rtx!.ssrc,
    media: () => transport.rtp.filter((packet) => packet.ssrc === ssrc),
    again: () => transport.rtp.filter((packet) => packet.ssrc === rtx!.ssrc),
    numbers: () => transport.rtp.map(transportSequence),
  };
}

function transportSequence({
  extensions,
}: NonNullable<ReturnType<typeof parseRtpPacket>>): number | undefined {
  const data = extensions.find(({ id }) => id === TRANSPORT_SEQUENCE_ID)?.data;
  return data === undefined ? undefined : ((data[0] ?? 0) << 8) | (data[1] ?? 0);
}

const counting = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('numbers', () => {
  test('every packet has the next transport-wide number, those sent again too', () => {
    const studio = new Studio();
    const viewer = join(studio);
    studio.shoot({ keyframe: true, size: 5_000 });
    studio.clock.advance(100);
    const [first, second] = viewer.media();
    viewer.transport.receive(rtcp.nack(viewer.ssrc, first!.sequenceNumber, second!.sequenceNumber));
    studio.shoot();
    studio.clock.advance(100);
    expect(viewer.numbers()).toEqual(counting(viewer.transport.rtp.length));
  });

  test('RFC 4588: what is lost goes out again in the stream beside, with the number it had', () => {
    const studio = new Studio();
    const viewer = join(studio);
    studio.shoot({ keyframe: true, size: 5_000 });
    studio.clock.advance(100);
    const lost = viewer.media()[2]!;
    viewer.transport.receive(rtcp.nack(viewer.ssrc, lost.sequenceNumber));
    studio.clock.advance(100);
    const [again] = viewer.again();
    expect(again).toMatchObject({ payloadType: 103, timestamp: lost.timestamp, marker: lost.marker });
    const original = new Uint8Array([lost.sequenceNumber >> 8, lost.sequenceNumber & 0xff, ...lost.payload]);
    expect(again!.payload).toEqual(original);
  });
});

describe('pacing', () => {
  test('a large keyframe leaves over some time, all of it, in order', () => {
    const studio = new Studio();
    const viewer = join(studio);
    studio.shoot({ keyframe: true });
    viewer.transport.receive(rtcp.transportFeedback(0, 6_400, [6_400]));
    studio.clock.advance(100);
    studio.shoot({ keyframe: true, size: 20_000 });
    const atOnce = viewer.media().length;
    expect(atOnce).toBeGreaterThan(0);
    expect(atOnce).toBeLessThan(12);
    studio.clock.advance(900);
    const numbers = viewer.media().map(({ sequenceNumber }) => sequenceNumber);
    expect(numbers.length).toBeGreaterThan(16);
    expect(numbers).toEqual(counting(numbers.length).map((n) => numbers[0]! + n));
    expect(viewer.media().at(-1)!.marker).toBe(true);
  });

  test('while pictures wait no more are wanted, and none is wanted before anyone watches', () => {
    const studio = new Studio();
    expect(studio.broadcast.isWanted('main')).toBe(false);
    const viewer = join(studio);
    expect(studio.broadcast.isWanted('main')).toBe(true);
    studio.shoot({ keyframe: true });
    viewer.transport.receive(rtcp.transportFeedback(0, 6_400, [6_400]));
    studio.shoot({ keyframe: true, size: 20_000 });
    expect(studio.broadcast.isWanted('main')).toBe(false);
    studio.clock.advance(10_000);
    expect(studio.broadcast.isWanted('main')).toBe(true);
  });

  test('a source that does not ask and is too fast: whole pictures are dropped, and a keyframe is next', () => {
    const studio = new Studio();
    const viewer = join(studio);
    studio.shoot({ keyframe: true });
    studio.clock.advance(1_000);
    viewer.transport.receive(rtcp.transportFeedback(0, 6_400, [6_400]));
    // From then on nothing comes back: what may be under way is soon used up.
    for (let n = 0; n < 60; n++) {
      studio.clock.advance(30);
      studio.shoot({ size: 20_000 });
    }
    expect(viewer.connection.state).toBe('live');
    studio.clock.advance(5_000);
    const before = viewer.media().length;
    studio.shoot();
    studio.clock.advance(100);
    expect(viewer.media()).toHaveLength(before);
    expect(studio.source.main.keyframeRequests).toBeGreaterThan(0);
    studio.shoot({ keyframe: true });
    studio.clock.advance(100);
    const next = viewer.media().slice(before);
    expect(startsKeyframe(next[0]!.payload)).toBe(true);
    const numbers = viewer.media().map(({ sequenceNumber }) => sequenceNumber);
    expect(numbers).toEqual(counting(numbers.length).map((n) => numbers[0]! + n));
  });
});

test('a viewer who agreed to transport-wide feedback and never sends any is not held back', () => {
  const studio = new Studio();
  const viewer = join(studio);
  const film = (pictures: number) => {
    for (let n = 0; n < pictures; n++) {
      studio.clock.advance(50);
      studio.shoot({ size: 3_000 });
    }
  };
  studio.shoot({ keyframe: true });
  film(30);
  studio.clock.advance(1_000);
  const before = viewer.media().length;
  studio.shoot({ keyframe: true });
  film(60);
  studio.clock.advance(1_000);
  const pictures = viewer.media().slice(before);
  expect(pictures.filter(({ marker }) => marker)).toHaveLength(61);
});

describe('layers', () => {
  /** Plays a path of so many bits a second with a deep queue for packets of 400 bytes, for `ms`, while pictures of `size` bytes come 20 a second. */
  function path(
    studio: Studio,
    viewer: ReturnType<typeof join>,
    bitsPerSecond: number,
    ms: number,
    size = 1_600,
  ) {
    let freeMs = 0;
    let seen = viewer.transport.rtp.length;
    for (let passed = 0; passed < ms; passed += 50) {
      for (const layer of ['main', 'low'] as const) {
        const fake = studio.source[layer]!;
        if (fake.bitsPerSecond === 0 || !studio.broadcast.isWanted(layer)) continue;
        const keyframe = fake.keyframeRequests > 0;
        fake.keyframeRequests = 0;
        studio.shoot({ layer, keyframe, size: layer === 'main' ? size : size / 4 });
      }
      studio.clock.advance(50);
      const { rtp } = viewer.transport;
      const nowMs = studio.clock.nowMs();
      for (; seen < rtp.length; seen++) {
        freeMs = Math.max(freeMs, nowMs) + (400 * 8_000) / bitsPerSecond;
        const number = transportSequence(rtp[seen]!)!;
        viewer.transport.receive(rtcp.transportFeedback(number, Math.floor(freeMs / 64) * 64, [freeMs]));
      }
      viewer.transport.receive(rtcp.receiverReport());
    }
  }

  test('a viewer whose path gets too narrow for the main layer is moved at a keyframe, without a gap', () => {
    const studio = new Studio();
    const viewer = join(studio);
    path(studio, viewer, 4_000_000, 2_000);
    expect(viewer.connection.stats).toMatchObject({ layer: 'main' });
    path(studio, viewer, FORMAT.bitsPerSecond / 8, 4_000);
    expect(viewer.connection.stats).toMatchObject({ layer: 'low' });
    expect(studio.source.main.bitsPerSecond).toBe(0);
    const media = viewer.media();
    const numbers = media.map(({ sequenceNumber }) => sequenceNumber);
    expect(numbers).toEqual(counting(numbers.length).map((n) => numbers[0]! + n));
    const ticks = media.map(({ timestamp }) => timestamp);
    expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
  });
});
