/** What browsers offer who want to watch by WHEP, in the lines that matter. */

const FINGERPRINT = Array.from({ length: 32 }, () => 'CD').join(':');

const TRANSPORT = [
  'a=ice-ufrag:Wxyz',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=setup:actpass',
];

export const CHROMIUM_VIDEO = [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 103 104 107 108 109 114 39 40',
  'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0',
  ...TRANSPORT,
  'a=mid:1',
  'a=extmap:14 urn:ietf:params:rtp-hdrext:toffset',
  'a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'a=recvonly',
  'a=rtcp-mux',
  'a=rtcp-rsize',
  'a=rtpmap:96 VP8/90000',
  'a=rtcp-fb:96 transport-cc',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:103 H264/90000',
  'a=rtcp-fb:103 goog-remb',
  'a=rtcp-fb:103 transport-cc',
  'a=rtcp-fb:103 ccm fir',
  'a=rtcp-fb:103 nack',
  'a=rtcp-fb:103 nack pli',
  'a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
  'a=rtpmap:104 rtx/90000',
  'a=fmtp:104 apt=103',
  'a=rtpmap:107 H264/90000',
  'a=fmtp:107 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
  'a=rtpmap:108 rtx/90000',
  'a=fmtp:108 apt=107',
  'a=rtpmap:109 H264/90000',
  'a=rtcp-fb:109 goog-remb',
  'a=rtcp-fb:109 transport-cc',
  'a=rtcp-fb:109 ccm fir',
  'a=rtcp-fb:109 nack',
  'a=rtcp-fb:109 nack pli',
  'a=fmtp:109 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtpmap:114 rtx/90000',
  'a=fmtp:114 apt=109',
  'a=rtpmap:39 H264/90000',
  'a=fmtp:39 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f',
  'a=rtpmap:40 rtx/90000',
  'a=fmtp:40 apt=39',
];

const AUDIO = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
  'c=IN IP4 0.0.0.0',
  ...TRANSPORT,
  'a=mid:0',
  'a=recvonly',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
];

const SESSION = ['v=0', 'o=- 4611 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'];

/** Sound and video, the video with the mid 1. */
export const CHROMIUM_OFFER = sdpOf(SESSION, AUDIO, CHROMIUM_VIDEO);

/** The same without feedback, retransmission and extensions, and the payload type of another program. */
export const PLAIN_OFFER = sdpOf(
  ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0'],
  [
    'm=video 9 UDP/TLS/RTP/SAVPF 125',
    'c=IN IP4 0.0.0.0',
    ...TRANSPORT,
    'a=mid:cam',
    'a=recvonly',
    'a=rtcp-mux',
    'a=rtpmap:125 H264/90000',
    'a=fmtp:125 profile-level-id=42e01f;packetization-mode=1',
  ],
);

export function sdpOf(...parts: readonly (readonly string[])[]): string {
  return `${parts.flat().join('\r\n')}\r\n`;
}
