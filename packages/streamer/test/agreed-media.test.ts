import { PLAYOUT_DELAY_URI, TRANSPORT_SEQUENCE_URI } from '@perch/rtp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agreedMedia } from '../src/domain/agreed-media.ts';
import type { VideoOffer } from '../src/domain/peer-transport.ts';
import { sdpSections } from '../src/domain/sdp-sections.ts';
import { videoOffer } from '../src/domain/video-offer.ts';
import { ANSWER, FORMAT } from './support/fakes.ts';

const OFFER = videoOffer({ format: FORMAT, random: () => 0.5 });
const NOTHING = {
  extensionIds: { transportSequence: undefined, playoutDelay: undefined },
  rtx: false,
  transportFeedback: false,
};

function agreed(offer: VideoOffer, sdp: string) {
  return agreedMedia(
    offer,
    sdpSections(sdp).media.find(({ media }) => media === 'video'),
  );
}

/** What Chromium 156 answers, in the lines that matter. */
const LINES = [
  `a=extmap:2 ${PLAYOUT_DELAY_URI}`,
  `a=extmap:3 ${TRANSPORT_SEQUENCE_URI}`,
  'a=rtcp-fb:102 goog-remb',
  'a=rtcp-fb:102 transport-cc',
  'a=rtcp-fb:102 nack',
  'a=rtpmap:103 rtx/90000',
  'a=fmtp:103 apt=102',
];

function answer(lines: readonly string[], payloadTypes = '102 103'): string {
  const plain = ANSWER.replace('SAVPF 102', `SAVPF ${payloadTypes}`);
  return `${plain}${lines.map((line) => `${line}\r\n`).join('')}`;
}

/** The answer with one of its lines put in another way. */
function changed(from: string, to: string): string {
  expect(LINES).toContain(from);
  return answer(LINES.map((line) => (line === from ? to : line)));
}

test('an answer that takes everything', () => {
  expect(agreed(OFFER, answer(LINES))).toEqual({
    extensionIds: { transportSequence: 3, playoutDelay: 2 },
    rtx: true,
    transportFeedback: true,
  });
});

test('an answer of an old viewer takes nothing, and neither does what is no answer', () => {
  expect(agreed(OFFER, ANSWER)).toEqual(NOTHING);
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(agreed(OFFER, text)).toEqual(NOTHING);
    }),
  );
});

describe('RFC 8285, section 7: an extension is agreed on', () => {
  const idsFor = (line: string) =>
    agreed(OFFER, changed(`a=extmap:2 ${PLAYOUT_DELAY_URI}`, line)).extensionIds.playoutDelay;

  test.each([
    ['in the direction that we send in', `a=extmap:2/recvonly ${PLAYOUT_DELAY_URI}`],
    ['both ways', `a=extmap:2/sendrecv ${PLAYOUT_DELAY_URI}`],
    ['with attributes of its own', `a=extmap:2 ${PLAYOUT_DELAY_URI} x=1`],
  ])('%s', (_, line) => {
    expect(idsFor(line)).toBe(2);
  });

  test.each([
    ['not under another id', `a=extmap:4 ${PLAYOUT_DELAY_URI}`],
    ['not with another meaning', `a=extmap:2 urn:ietf:params:rtp-hdrext:toffset`],
    ['not by a longer name', `a=extmap:2 ${PLAYOUT_DELAY_URI}-2`],
    ['not where the viewer only sends it', `a=extmap:2/sendonly ${PLAYOUT_DELAY_URI}`],
    ['not where it is inactive', `a=extmap:2/inactive ${PLAYOUT_DELAY_URI}`],
  ])('%s', (_, line) => {
    expect(idsFor(line)).toBeUndefined();
  });

  test('not by a section other than the video', () => {
    const other = `${ANSWER}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n${LINES.join('\r\n')}\r\n`;
    expect(agreed(OFFER, other)).toEqual(NOTHING);
  });
});

describe('RFC 4588, section 8: retransmission is agreed on', () => {
  test('with more parameters, in any order and case', () => {
    const sdp = changed('a=fmtp:103 apt=102', 'a=fmtp:103 rtx-time=3000; apt=102');
    expect(agreed(OFFER, sdp.replace('rtx/90000', 'RTX/90000')).rtx).toBe(true);
  });

  test.each([
    ['a payload type that is not in the m= line', answer(LINES, '102')],
    ['one that is another codec', changed('a=rtpmap:103 rtx/90000', 'a=rtpmap:103 VP8/90000')],
    ['one that belongs to another', changed('a=fmtp:103 apt=102', 'a=fmtp:103 apt=1020')],
  ])('not by %s', (_, sdp) => {
    expect(agreed(OFFER, sdp).rtx).toBe(false);
  });

  test('not where it was not offered', () => {
    const { rtx: _, ...offer } = OFFER;
    expect(agreed(offer, answer(LINES)).rtx).toBe(false);
  });
});

describe('transport-wide feedback', () => {
  test('may be agreed on for all payload types at once', () => {
    const sdp = changed('a=rtcp-fb:102 transport-cc', 'a=rtcp-fb:* transport-cc');
    expect(agreed(OFFER, sdp).transportFeedback).toBe(true);
  });

  test('takes both the numbers and the feedback', () => {
    const numbers = changed('a=rtcp-fb:102 transport-cc', 'a=rtcp-fb:103 transport-cc');
    const feedback = changed(`a=extmap:3 ${TRANSPORT_SEQUENCE_URI}`, 'a=x');
    for (const sdp of [numbers, feedback]) expect(agreed(OFFER, sdp).transportFeedback).toBe(false);
    expect(agreed(OFFER, numbers).extensionIds.transportSequence).toBe(3);
  });
});
