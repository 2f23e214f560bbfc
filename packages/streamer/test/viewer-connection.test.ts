import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONNECT_WITHIN_MS, SILENT_AFTER_MS, ViewerConnection } from '../src/domain/viewer-connection.ts';
import { ANSWER, rtcp, Studio, startsKeyframe } from './support/fakes.ts';

/** A viewer of `studio`, not yet connected. */
function join(studio: Studio, { random = (): number => 0.25 } = {}) {
  const events: string[] = [];
  const { broadcast, clock, transports } = studio;
  const connection = new ViewerConnection({ broadcast, clock, openTransport: transports.open, random }, [], {
    onOffer: () => events.push('offer'),
    onAnswer: () => events.push('answer'),
    onCandidate: () => events.push('candidate'),
    onOpen: () => events.push('open'),
    onEnded: (reason) => events.push(`ended: ${reason}`),
  });
  return { connection, transport: transports.last, events };
}

function joinAndOpen(studio: Studio) {
  const viewer = join(studio);
  viewer.transport.open();
  return viewer;
}

const sequenceNumbers = (viewer: ReturnType<typeof join>) =>
  viewer.transport.rtp.map(({ sequenceNumber }) => sequenceNumber);

describe("a new viewer's first picture", () => {
  test('a source that makes keyframes on demand is asked for one, and nothing is sent before it', () => {
    const studio = new Studio();
    const viewer = joinAndOpen(studio);
    expect(studio.source.main.keyframeRequests).toBe(1);
    studio.shoot();
    expect(viewer.transport.rtp).toEqual([]);
    expect(viewer.connection.state).toBe('waiting-for-keyframe');
    studio.shoot({ keyframe: true });
    studio.shoot();
    expect(viewer.connection.state).toBe('live');
    expect(startsKeyframe(viewer.transport.rtp[0]!.payload)).toBe(true);
    expect(viewer.transport.rtp.at(-1)!.marker).toBe(true);
  });

  test('while the cached group is short it is served, and nobody pays for a keyframe', () => {
    const studio = new Studio();
    studio.shoot({ keyframe: true });
    studio.film(300);
    const viewer = joinAndOpen(studio);
    expect(studio.source.main.keyframeRequests).toBe(0);
    expect(startsKeyframe(viewer.transport.rtp[0]!.payload)).toBe(true);
    expect(viewer.transport.rtp.filter(({ marker }) => marker)).toHaveLength(4);
  });

  test('a group older than that is left, and a keyframe asked for, although one came a moment ago', () => {
    const studio = new Studio();
    studio.shoot({ keyframe: true });
    studio.film(400);
    const viewer = joinAndOpen(studio);
    expect(viewer.transport.rtp).toEqual([]);
    expect(studio.source.main.keyframeRequests).toBe(1);
  });

  test('a source that makes keyframes as it likes serves the cached group, however long', () => {
    const studio = new Studio({ forcesKeyframes: false });
    studio.shoot({ keyframe: true });
    studio.film(8_000);
    const viewer = joinAndOpen(studio);
    expect(startsKeyframe(viewer.transport.rtp[0]!.payload)).toBe(true);
    expect(viewer.transport.rtp.filter(({ marker }) => marker)).toHaveLength(81);
    expect(viewer.connection.state).toBe('live');
  });

  test('whenever a viewer comes, its first packet begins a keyframe and none is missing after it', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.constantFrom('picture', 'keyframe', 'long picture', 'join', 'pause'), { maxLength: 60 }),
        (forcesKeyframes, steps) => {
          const studio = new Studio({ forcesKeyframes });
          const viewers: ReturnType<typeof join>[] = [];
          for (const step of steps) {
            studio.clock.advance(step === 'pause' ? 400 : 20);
            if (step === 'join') viewers.push(joinAndOpen(studio));
            else if (step !== 'pause') {
              studio.shoot({ keyframe: step === 'keyframe', size: step === 'picture' ? 50 : 3_000 });
            }
          }
          for (const viewer of viewers) {
            const numbers = sequenceNumbers(viewer);
            if (numbers.length === 0) continue;
            expect(startsKeyframe(viewer.transport.rtp[0]!.payload)).toBe(true);
            expect(numbers).toEqual(numbers.map((_, n) => numbers[0]! + n));
          }
        },
      ),
    );
  });
});

describe('numbers', () => {
  test.each([0, 0.5, 1 - 2 ** -53])(
    'with %d for chance the first sequence number is below 2^15',
    (chance) => {
      const studio = new Studio();
      const viewer = join(studio, { random: () => chance });
      viewer.transport.open();
      studio.shoot({ keyframe: true });
      const [first] = sequenceNumbers(viewer);
      expect(first).toBe(Math.floor(chance * 2 ** 15));
      expect(first).toBeLessThan(2 ** 15);
    },
  );

  test('each viewer has a run of its own without a gap, over the wrap', () => {
    const studio = new Studio();
    const early = join(studio, { random: () => 1 - 2 ** -53 });
    early.transport.open();
    studio.shoot({ keyframe: true });
    const late = join(studio, { random: () => 0 });
    late.transport.open();
    for (let n = 0; n < 800; n++) {
      studio.clock.advance(10_000);
      studio.shoot({ keyframe: true, size: 55_000 });
      studio.clock.advance(1_000);
    }
    const numbers = sequenceNumbers(early);
    expect(numbers.length).toBeGreaterThan(2 ** 15);
    expect(numbers.every((number, n) => number === ((2 ** 15 - 1 + n) & 0xffff))).toBe(true);
    expect(sequenceNumbers(late).every((number, n) => number === (n & 0xffff))).toBe(true);
  });

  test('all packets carry the payload type and the SSRC of the offer', () => {
    const studio = new Studio();
    const viewer = joinAndOpen(studio);
    studio.shoot({ keyframe: true, size: 5_000 });
    for (const packet of viewer.transport.rtp) {
      expect(packet.payloadType).toBe(102);
      expect(packet.ssrc).toBe(viewer.transport.video.ssrc);
    }
  });
});

describe('what viewers ask for', () => {
  function live() {
    const studio = new Studio();
    const viewer = joinAndOpen(studio);
    studio.shoot({ keyframe: true });
    studio.source.main.keyframeRequests = 0;
    studio.clock.advance(1_000);
    return { studio, viewer, ssrc: viewer.transport.video.ssrc };
  }

  test('PLI and FIR of many viewers make one keyframe a second', () => {
    const { studio, viewer, ssrc } = live();
    const other = joinAndOpen(studio);
    studio.shoot({ keyframe: true });
    studio.clock.advance(1_000);
    studio.source.main.keyframeRequests = 0;
    let keyframes = 0;
    studio.film(3_000, () => {
      viewer.transport.receive(rtcp.pictureLoss(ssrc));
      other.transport.receive(rtcp.fullIntraRequest(ssrc, 1), rtcp.pictureLoss(ssrc));
      if (studio.source.main.keyframeRequests === 0) return;
      studio.source.main.keyframeRequests = 0;
      studio.shoot({ keyframe: true });
      keyframes++;
    });
    expect(keyframes).toBe(3);
  });

  test('a viewer who joins right after a keyframe for others is not made to wait', () => {
    const { studio, viewer, ssrc } = live();
    viewer.transport.receive(rtcp.pictureLoss(ssrc));
    studio.shoot({ keyframe: true });
    studio.film(500);
    studio.source.main.keyframeRequests = 0;
    joinAndOpen(studio);
    expect(studio.source.main.keyframeRequests).toBe(1);
  });

  test('a viewer who waits for its first keyframe asks for no further one', () => {
    const studio = new Studio();
    const viewer = joinAndOpen(studio);
    viewer.transport.receive(rtcp.pictureLoss(viewer.transport.video.ssrc));
    expect(studio.source.main.keyframeRequests).toBe(1);
  });

  test('a lost packet is sent again under its number, and once a round trip', () => {
    const { studio, viewer, ssrc } = live();
    studio.shoot({ size: 5_000 });
    const before = viewer.transport.sent.length;
    const lost = viewer.transport.rtp.at(-2)!;
    viewer.transport.receive(rtcp.nack(ssrc, lost.sequenceNumber), rtcp.nack(ssrc, lost.sequenceNumber));
    const again = viewer.transport.sent.slice(before);
    expect(again).toHaveLength(1);
    expect(viewer.transport.rtp.at(-1)).toEqual(lost);
    studio.clock.advance(25);
    viewer.transport.receive(rtcp.nack(ssrc, lost.sequenceNumber));
    expect(viewer.transport.sent).toHaveLength(before + 2);
  });

  test('one viewer gets back its own packet while others have other numbers', () => {
    const { studio, viewer, ssrc } = live();
    const other = join(studio, { random: () => 0.75 });
    other.transport.open();
    studio.shoot({ keyframe: true });
    const lost = viewer.transport.rtp.at(-1)!;
    viewer.transport.receive(rtcp.nack(ssrc, lost.sequenceNumber));
    expect(viewer.transport.rtp.at(-1)).toEqual(lost);
    expect(other.transport.rtp.at(-1)!.sequenceNumber).not.toBe(lost.sequenceNumber);
  });

  test('a NACK for another SSRC or for what was never sent changes nothing', () => {
    const { studio, viewer, ssrc } = live();
    const before = viewer.transport.sent.length;
    const next = (sequenceNumbers(viewer).at(-1)! + 1) & 0xffff;
    viewer.transport.receive(rtcp.nack(ssrc + 1, next - 1), rtcp.nack(ssrc, next, 60_000));
    expect(viewer.transport.sent).toHaveLength(before);
    expect(studio.source.main.keyframeRequests).toBe(0);
  });

  test('a lost packet that is given up asks for a keyframe instead', () => {
    const { studio, viewer, ssrc } = live();
    const lost = sequenceNumbers(viewer).at(-1)! + 1;
    studio.shoot({ size: 1_300_000 });
    viewer.transport.receive(rtcp.nack(ssrc, lost));
    expect(sequenceNumbers(viewer).filter((number) => number === lost)).toHaveLength(1);
    expect(studio.source.main.keyframeRequests).toBe(1);
  });

  test('what is sent again keeps to the budget', () => {
    const { studio, viewer, ssrc } = live();
    studio.shoot({ size: 200_000 });
    studio.clock.advance(200);
    const before = viewer.transport.sent.length;
    viewer.transport.receive(rtcp.nack(ssrc, ...sequenceNumbers(viewer)));
    const bytes = viewer.transport.sent.slice(before).reduce((sum, packet) => sum + packet.length, 0);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(32 * 1024);
    expect(studio.source.main.keyframeRequests).toBe(1);
  });

  test('[WIRE11] no RTCP, however malformed, does harm', () => {
    const { studio, viewer } = live();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        viewer.transport.receive(bytes, Uint8Array.of(0x81, 0xcd, ...bytes));
      }),
    );
    studio.shoot();
    expect(viewer.connection.state).toBe('live');
  });
});

describe('sender reports', () => {
  test('one a second, with the packets and bytes sent until then', () => {
    const studio = new Studio();
    const viewer = joinAndOpen(studio);
    studio.shoot({ keyframe: true });
    studio.film(5_000, () => viewer.transport.receive(rtcp.receiverReport()));
    expect(viewer.transport.rtcp).toHaveLength(6);

    const last = viewer.transport.rtcp.at(-1)!;
    const at = viewer.transport.sent.indexOf(last);
    const before = viewer.transport.sent.slice(0, at).filter((bytes) => (bytes[1]! & 0x7f) === 102);
    const view = new DataView(last.buffer, last.byteOffset);
    expect(view.getUint32(4)).toBe(viewer.transport.video.ssrc);
    expect(view.getUint32(20)).toBe(before.length);
    const payloadBytes = viewer.transport.rtp
      .slice(0, before.length)
      .reduce((sum, { payload }) => sum + payload.length, 0);
    expect(view.getUint32(24)).toBe(payloadBytes);
  });

  test('the time on the wall and the RTP timestamp are those of the same moment', () => {
    const studio = new Studio();
    const viewer = joinAndOpen(studio);
    studio.shoot({ keyframe: true });
    const report = viewer.transport.rtcp[0]!;
    const view = new DataView(report.buffer, report.byteOffset);
    const unixSeconds = view.getUint32(8) - 2_208_988_800;
    expect(unixSeconds).toBe(Math.floor(studio.clock.unixMs() / 1000));
    expect(view.getUint32(16)).toBe(viewer.transport.rtp[0]!.timestamp);
  });
});

describe('ends', () => {
  test(`a viewer who is sent video and stays silent is ended after ${SILENT_AFTER_MS} ms`, () => {
    const studio = new Studio();
    const viewer = joinAndOpen(studio);
    studio.shoot({ keyframe: true });
    studio.film(SILENT_AFTER_MS, () => viewer.connection.checkAlive());
    expect(viewer.connection.state).toBe('live');
    studio.film(200, () => viewer.connection.checkAlive());
    expect(viewer.events).toEqual(['open', 'ended: nothing heard from the viewer for 5 s']);
    expect(viewer.transport.closed).toBe(true);
  });

  test('a viewer who reports goes on', () => {
    const studio = new Studio();
    const viewer = joinAndOpen(studio);
    studio.shoot({ keyframe: true });
    studio.film(4 * SILENT_AFTER_MS, () => {
      viewer.connection.checkAlive();
      if (studio.clock.nowMs() % 4_000 === 0) viewer.transport.receive(rtcp.receiverReport());
    });
    expect(viewer.connection.state).toBe('live');
  });

  test('while the camera is down nobody is ended for silence, nor at the moment that it comes back', () => {
    const studio = new Studio();
    const viewer = joinAndOpen(studio);
    studio.shoot({ keyframe: true });
    for (let n = 0; n < 60; n++) {
      studio.clock.advance(1_000);
      viewer.connection.checkAlive();
    }
    studio.film(2_000, () => viewer.connection.checkAlive());
    expect(viewer.connection.state).toBe('live');
    viewer.transport.receive(rtcp.receiverReport());
    studio.film(4_000, () => viewer.connection.checkAlive());
    expect(viewer.connection.state).toBe('live');
  });

  test(`a viewer who never connects is ended after ${CONNECT_WITHIN_MS} ms`, () => {
    const studio = new Studio();
    const viewer = join(studio);
    studio.clock.advance(CONNECT_WITHIN_MS);
    viewer.connection.checkAlive();
    expect(viewer.connection.state).toBe('connecting');
    studio.clock.advance(1);
    viewer.connection.checkAlive();
    viewer.connection.checkAlive();
    expect(viewer.events).toEqual(['ended: no connection within 30 s']);
    expect(viewer.transport.closed).toBe(true);
  });

  test('a transport that ends by itself ends the connection, once', () => {
    const studio = new Studio();
    const viewer = joinAndOpen(studio);
    studio.shoot({ keyframe: true });
    viewer.transport.events.onClosed('the viewer hung up');
    viewer.transport.events.onClosed('the viewer hung up');
    viewer.connection.close();
    expect(viewer.events).toEqual(['open', 'ended: the viewer hung up']);
  });

  test('after close nothing is sent and nothing is told', () => {
    const studio = new Studio();
    const viewer = joinAndOpen(studio);
    studio.shoot({ keyframe: true });
    const { events, rtp } = viewer.transport;
    viewer.connection.close();
    viewer.connection.close();
    studio.shoot({ keyframe: true });
    events.onClosed('late');
    events.onOpen();
    events.onRtcp(rtcp.pictureLoss(viewer.transport.video.ssrc));
    viewer.connection.checkAlive();
    expect(viewer.events).toEqual(['open']);
    expect(viewer.connection.state).toBe('closed');
    expect(viewer.transport.rtp).toEqual(rtp);
    expect(studio.source.main.keyframeRequests).toBe(1);
  });

  test('a viewer whose transport takes nothing does not hurt the others', () => {
    const studio = new Studio();
    const stuck = joinAndOpen(studio);
    const well = joinAndOpen(studio);
    stuck.transport.takesPackets = false;
    studio.shoot({ keyframe: true });
    studio.film(1_000);
    expect(well.transport.rtp.filter(({ marker }) => marker)).toHaveLength(11);
    const numbers = sequenceNumbers(well);
    expect(numbers).toEqual(numbers.map((_, n) => numbers[0]! + n));
  });
});

test('an answer and candidates go to the transport, and its refusals come back', () => {
  const studio = new Studio();
  const { connection, transport } = join(studio);
  expect(connection.answer('v=0\r\n')).toMatchObject({ ok: false, code: 'bad-sdp' });
  expect(connection.answer(ANSWER)).toBeUndefined();
  expect(connection.addCandidate('nonsense')).toMatchObject({ ok: false, code: 'bad-candidate' });
  expect(connection.addCandidate('')).toBeUndefined();
  expect(transport.answers).toEqual([ANSWER]);
});
