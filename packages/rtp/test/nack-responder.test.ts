import { describe, expect, test } from 'vitest';
import {
  MAX_NACKED_PER_CALL,
  NackResponder,
  type NackResponderOptions,
  OutgoingRtp,
  RtpPacketizer,
} from '../src/index.ts';
import { nalUnitOf } from './support/bytes.ts';

/** A viewer to whom `count` pictures of one packet of `packetBytes` were sent, the first a keyframe, numbers from 0. */
function scene(
  count: number,
  options: NackResponderOptions & { packetBytes?: number; keyframeAt?: number } = {},
) {
  const packetizer = new RtpPacketizer({ ssrc: 1, payloadType: 96, historyPackets: 64 });
  const outgoing = new OutgoingRtp({ ssrc: 2, payloadType: 96, firstSequenceNumber: 0 });
  const responder = new NackResponder(outgoing, options);
  const send = (header: number) => {
    for (const packet of packetizer.packetize([nalUnitOf(header, (options.packetBytes ?? 112) - 12)], 0)) {
      outgoing.prepare(packet);
    }
  };
  for (let at = 0; at < count; at++) send(at === (options.keyframeAt ?? 0) ? 0x65 : 0x41);
  const nack = (numbers: readonly number[], nowMs: number, rttMs = 0) => {
    const verdict = responder.handleNack(numbers, nowMs, rttMs);
    return { resent: verdict.resend.map(({ sequence }) => sequence), keyframeNeeded: verdict.keyframeNeeded };
  };
  return { nack, responder, send };
}

describe('NackResponder (RFC 4585, 6.2.1)', () => {
  test('packets asked for are resent, in the order asked', () => {
    expect(scene(10).nack([3, 5, 4], 0)).toEqual({ resent: [3, 5, 4], keyframeNeeded: false });
  });

  test('a packet is resent once in a round trip', () => {
    const { nack } = scene(10);
    expect(nack([3, 3], 1000, 80).resent).toEqual([3]);
    expect(nack([3, 4], 1079, 80).resent).toEqual([4]);
    expect(nack([3], 1080, 80).resent).toEqual([3]);
  });

  test('on a short path it is resent once in 20 ms', () => {
    const { nack } = scene(10);
    expect([0, 19, 20, 30, 40].map((nowMs) => nack([3], nowMs, 1).resent.length)).toEqual([1, 0, 1, 0, 1]);
  });

  test('numbers that were never sent are ignored', () => {
    expect(scene(10).nack([10, 11, 50_000, 65_535], 0)).toEqual({ resent: [], keyframeNeeded: false });
  });

  test('a packet that the history forgot needs a keyframe', () => {
    const { nack } = scene(100);
    expect(nack([36], 0)).toEqual({ resent: [36], keyframeNeeded: false });
    expect(nack([35], 0)).toEqual({ resent: [], keyframeNeeded: true });
  });

  test('nothing after a packet that was given up is resent', () => {
    expect(scene(100).nack([99, 35, 98], 0)).toEqual({ resent: [99], keyframeNeeded: true });
  });

  test('what is lost before the newest keyframe is no reason for another', () => {
    expect(scene(100, { keyframeAt: 50 }).nack([35, 98], 0)).toEqual({ resent: [98], keyframeNeeded: false });
  });

  test('a viewer who misses more than the budget gets a keyframe, not a flood', () => {
    const { nack } = scene(60, { burstBytes: 1120 });
    const all = Array.from({ length: 60 }, (_, at) => at);
    expect(nack(all, 0)).toEqual({ resent: all.slice(0, 10), keyframeNeeded: true });
    expect(nack([20], 1000)).toEqual({ resent: [], keyframeNeeded: true });
  });

  test('the budget is refilled by a quarter of the bytes sent, and not above its bound', () => {
    const { nack, responder } = scene(60, { burstBytes: 224 });
    expect(nack([1, 2], 0).resent).toEqual([1, 2]);
    responder.countSent(447);
    expect(nack([3], 0)).toEqual({ resent: [], keyframeNeeded: true });
    responder.countSent(1);
    expect(nack([3], 0).resent).toEqual([3]);
    responder.countSent(1_000_000);
    expect(nack([4, 5, 6], 0)).toEqual({ resent: [4, 5], keyframeNeeded: true });
  });

  test('the work for one RTCP packet is bounded', () => {
    const { nack } = scene(60);
    const unknown = new Array<number>(MAX_NACKED_PER_CALL).fill(40_000);
    expect(nack([...unknown.slice(1), 5, 6], 0).resent).toEqual([5]);
  });

  test('numbers after a wrap are other packets', () => {
    const { nack, send } = scene(10);
    expect(nack([5], 0).resent).toEqual([5]);
    for (let at = 0; at < 65_536; at++) send(0x41);
    expect(nack([5], 1).resent).toEqual([65_541]);
  });
});
