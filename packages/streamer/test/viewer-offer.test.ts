import { checkUsableSdp } from '@perch/protocol';
import { PLAYOUT_DELAY_URI, TRANSPORT_SEQUENCE_URI } from '@perch/rtp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { videoAnswer } from '../src/domain/video-answer.ts';
import { videoOffer } from '../src/domain/video-offer.ts';
import { readViewerOffer, type ViewerOffer } from '../src/domain/viewer-offer.ts';
import { ANSWER, candidate, FORMAT } from './support/fakes.ts';
import { CHROMIUM_OFFER, PLAIN_OFFER } from './support/viewer-offers.ts';

const OURS = videoOffer({ format: FORMAT, random: () => 0.5 });
const STACK_ANSWER = ANSWER.replace('a=mid:0', `a=${candidate(7)}\r\na=mid:0`);

function read(sdp: string): ViewerOffer {
  const offer = readViewerOffer(sdp, OURS);
  if (!offer.ok) throw new Error(offer.reason);
  return offer.value;
}

const answerTo = (sdp: string): string[] => videoAnswer(read(sdp), STACK_ANSWER).split('\r\n');

/** Chromium's offer with one of its texts put in another way. */
function changed(from: string | RegExp, to: string): string {
  const sdp = CHROMIUM_OFFER.replace(from, to);
  expect(sdp).not.toBe(CHROMIUM_OFFER);
  return sdp;
}

describe('[WHEP5] the payload type', () => {
  test('is the constrained baseline one with packetization-mode 1, and its RTX goes with it', () => {
    const { video, agreed } = read(CHROMIUM_OFFER);
    expect(video).toMatchObject({ payloadType: 109, rtx: { payloadType: 114, ssrc: OURS.rtx!.ssrc } });
    expect(video).toMatchObject({ ssrc: OURS.ssrc, cname: OURS.cname });
    expect(agreed).toEqual({
      extensionIds: { transportSequence: 4, playoutDelay: 5 },
      rtx: true,
      transportFeedback: true,
    });
  });

  test.each([
    ['baseline', /^a=.*(?:109|39).*\r\n/gmu, 103],
    ['main', /^a=.*(?:109|103).*\r\n/gmu, 39],
  ])('is the one of %s where there is no better', (_, missing, payloadType) => {
    expect(read(changed(missing, '')).video.payloadType).toBe(payloadType);
  });

  test.each([
    ['no H.264', changed(/H264/gu, 'H265')],
    ['packetization-mode 0 alone', changed(/packetization-mode=1/gu, 'packetization-mode=0')],
    ['none said', changed(/packetization-mode=1;/gu, '')],
    ['profiles beyond ours', changed(/profile-level-id=..../gu, 'profile-level-id=7a00')],
    ['a profile that is none', changed(/profile-level-id=....../gu, 'profile-level-id=x')],
    ['numbers kept for RTCP', changed(/\b(?:109|103|39)\b/gu, '72')],
    ['no video', changed('m=video', 'm=text')],
    ['video that is only sent', changed(/a=recvonly(?![\s\S]*a=recvonly)/u, 'a=sendonly')],
    ['a section that was given up', changed('m=video 9', 'm=video 0')],
    ['RTCP on a port of its own', changed(/a=rtcp-mux(?![\s\S]*a=rtcp-mux)\r\n/u, '')],
    ['no encryption', changed('m=video 9 UDP/TLS/RTP/SAVPF', 'm=video 9 RTP/AVPF')],
  ])('is none, and the offer not acceptable, with %s', (_, sdp) => {
    expect(readViewerOffer(sdp, OURS)).toMatchObject({ ok: false, code: 'not-acceptable' });
  });
});

describe('[WHEP5] the answer', () => {
  const sectionsOf = (lines: readonly string[]) => lines.filter((line) => /^m=|^a=group/u.test(line));

  test('gives up what is not the video, but for the head of its bundle, which is inactive', () => {
    expect(sectionsOf(answerTo(CHROMIUM_OFFER))).toEqual([
      'a=group:BUNDLE 0 1',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'm=video 9 UDP/TLS/RTP/SAVPF 109 114',
    ]);
    expect(answerTo(CHROMIUM_OFFER)).toContain('a=inactive');
    expect(sectionsOf(answerTo(changed('BUNDLE 0 1', 'BUNDLE 1 0')))).toEqual([
      'a=group:BUNDLE 1',
      'm=audio 0 UDP/TLS/RTP/SAVPF 111 63',
      'm=video 9 UDP/TLS/RTP/SAVPF 109 114',
    ]);
    const data = changed(
      'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    );
    expect(sectionsOf(answerTo(data))[1]).toBe('m=application 0 UDP/DTLS/SCTP webrtc-datachannel');
  });

  test('has the video in the section that was offered, under its numbers', () => {
    const lines = answerTo(CHROMIUM_OFFER);
    expect(lines).toEqual(
      expect.arrayContaining([
        'a=mid:1',
        'b=AS:96',
        'a=sendonly',
        'a=rtcp-mux',
        'a=fmtp:109 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e00d',
        'a=rtcp-fb:109 transport-cc',
        'a=rtcp-fb:109 nack',
        'a=rtcp-fb:109 nack pli',
        'a=rtpmap:114 rtx/90000',
        'a=fmtp:114 apt=109',
        `a=extmap:4 ${TRANSPORT_SEQUENCE_URI}`,
        `a=extmap:5 ${PLAYOUT_DELAY_URI}`,
        `a=ssrc-group:FID ${OURS.ssrc} ${OURS.rtx!.ssrc}`,
        `a=${candidate(7)}`,
        'a=end-of-candidates',
        'a=setup:active',
        'a=ice-ufrag:abcd',
      ]),
    );
    expect(checkUsableSdp(lines.join('\r\n'))).toBeUndefined();
  });

  test('answers nothing that was not offered', () => {
    const { agreed } = read(PLAIN_OFFER);
    expect(agreed).toMatchObject({ rtx: false, transportFeedback: false });
    const lines = answerTo(PLAIN_OFFER);
    expect(lines).toContain('m=video 9 UDP/TLS/RTP/SAVPF 125');
    expect(lines).toContain('a=fmtp:125 packetization-mode=1;profile-level-id=42e01f');
    expect(lines.join('\n')).not.toMatch(/rtcp-fb|extmap|FID|rtx|BUNDLE/u);
  });

  test('takes no extension whose id the short form has no room for', () => {
    const { agreed } = read(changed('a=extmap:4 ', 'a=extmap:15 '));
    expect(agreed).toMatchObject({ extensionIds: { playoutDelay: 5 }, transportFeedback: false });
    expect(agreed.extensionIds.transportSequence).toBeUndefined();
  });
});

describe('[WHEP5] the transport of a section', () => {
  const [beforeVideo = '', video = ''] = CHROMIUM_OFFER.split(/(?=m=video)/u);
  const bare = video.replace(/a=(?:ice-ufrag|ice-pwd|fingerprint|setup):.*\r\n/gu, '');

  test('is that of the first of its bundle where it has none of its own', () => {
    const { stackSdp } = read(beforeVideo + bare.replace('a=recvonly', 'a=bundle-only\r\na=recvonly'));
    expect(stackSdp).toContain('a=ice-ufrag:Wxyz');
    expect(stackSdp).toContain('a=setup:actpass');
  });

  test('is not that of a section that it is not bundled with', () => {
    const apart = (beforeVideo + bare).replace('BUNDLE 0 1', 'BUNDLE 0');
    expect(readViewerOffer(apart, OURS)).toMatchObject({ ok: false, code: 'bad-sdp' });
  });

  test('is not an attribute without a value, whatever another section says', () => {
    const [, head = '', video = ''] = /^(.*)(m=video.*)$/su.exec(CHROMIUM_OFFER) ?? [];
    for (const name of ['ice-ufrag', 'ice-pwd', 'fingerprint']) {
      const bare = head + video.replace(new RegExp(`a=${name}:.*`, 'u'), `a=${name}`);
      expect(readViewerOffer(bare, OURS)).toMatchObject({ ok: false, code: 'bad-sdp' });
    }
  });

  test('may be held in no way that begins no handshake', () => {
    const held = changed(/actpass/gu, 'holdconn');
    expect(readViewerOffer(held, OURS)).toMatchObject({ ok: false, code: 'bad-sdp' });
  });
});

test('[WIRE10] what is no offer is refused, and of any other the stack gets one sound section', () => {
  expect(readViewerOffer('v=0\r\nx\r\n', OURS)).toMatchObject({ ok: false, code: 'bad-sdp' });
  const lines = CHROMIUM_OFFER.split('\r\n');
  fc.assert(
    fc.property(fc.nat(lines.length - 1), fc.nat(lines.length - 1), fc.string(), (from, to, text) => {
      const mixed = lines.toSpliced(from, 1).toSpliced(to, 0, lines[from]!, `a=${text}`).join('\r\n');
      const offer = readViewerOffer(mixed, OURS);
      if (!offer.ok) return;
      expect(checkUsableSdp(offer.value.stackSdp)).toBeUndefined();
      expect(offer.value.stackSdp.match(/^m=/gmu)).toHaveLength(1);
    }),
  );
});
