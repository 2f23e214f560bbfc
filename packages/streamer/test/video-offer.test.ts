import { PLAYOUT_DELAY_URI, parseRtpPacket, RtpPacketizer, TRANSPORT_SEQUENCE_URI } from '@perch/rtp';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { offeredExtensions, videoOffer } from '../src/domain/video-offer.ts';
import { FORMAT, picture } from './support/fakes.ts';

test('every stream is offered as H.264 102 with RTX 103 and both extensions', () => {
  expect(videoOffer({ format: FORMAT, random: () => 0.5 })).toEqual({
    payloadType: 102,
    ssrc: 2 ** 31,
    cname: (2 ** 47).toString(36),
    profileLevelId: '42e00d',
    extensions: [
      { id: 2, uri: PLAYOUT_DELAY_URI },
      { id: 3, uri: TRANSPORT_SEQUENCE_URI },
    ],
    rtx: { payloadType: 103, ssrc: 2 ** 31 - 1 },
  });
});

test('a format above every level is offered as level 3.1', () => {
  const format = { ...FORMAT, width: 100_000 };
  expect(videoOffer({ format, random: Math.random }).profileLevelId).toBe('42e01f');
});

test('RFC 3550, 8.1: whatever the dice say, the two SSRCs differ, fit into 32 bits, and none is zero', () => {
  const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.oneof(dice, fc.constantFrom(0, 1 - 2 ** -53)), (chance) => {
      const { ssrc, rtx } = videoOffer({ format: FORMAT, random: () => chance });
      expect(rtx!.ssrc).not.toBe(ssrc);
      for (const each of [ssrc, rtx!.ssrc]) {
        expect(each).toBe(each >>> 0);
        expect(each).toBeGreaterThan(0);
      }
    }),
  );
});

test('packets have room for what is offered; the playout delay is 0/0 unless it is set', () => {
  const extensionsOf = (extensions: ReturnType<typeof offeredExtensions>) => {
    const packetizer = new RtpPacketizer({ ssrc: 1, payloadType: 102, extensions });
    const [packet] = packetizer.packetize(picture(0).accessUnit.nalUnits, 0);
    return parseRtpPacket(packet!.bytes)!.extensions.map(({ id, data }) => [id, ...data]);
  };
  expect(extensionsOf(offeredExtensions())).toEqual([
    [3, 0, 0],
    [2, 0, 0, 0],
  ]);
  expect(extensionsOf(offeredExtensions({ minMs: 100, maxMs: 400 }))).toEqual([
    [3, 0, 0],
    [2, 0, 0xa0, 0x28],
  ]);
});
