/** Descriptions as browsers write them, and as nobody should. */
import type { Random } from '../random.ts';

const HASH = Array.from({ length: 32 }, (_, n) => (n * 7).toString(16).padStart(2, '0').toUpperCase()).join(
  ':',
);

export const CANDIDATES = [
  'candidate:1 1 udp 2122260223 192.168.1.20 50000 typ host generation 0 ufrag Qk3z network-cost 999',
  'candidate:842163049 1 UDP 1677729535 203.0.113.7 61000 typ srflx raddr 0.0.0.0 rport 0',
  'candidate:3 1 tcp 1518280447 2001:db8::1 9 typ host tcptype active',
  'candidate:4 2 udp 41885439 f81d4fae-7dec-11d0-a765-00a0c91e6bf6.local 3478 typ relay raddr 10.0.0.1 rport 5',
];

const SESSION = ['v=0', 'o=- 6312874520193784509 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'];

const TRANSPORT = [
  'a=ice-ufrag:Qk3z',
  'a=ice-pwd:0FlvkHk8jJY0hQ9Yw7k9Zt3v',
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${HASH}`,
  'a=setup:actpass',
];

const VIDEO = [
  'm=video 9 UDP/TLS/RTP/SAVPF 102 103 96',
  'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=mid:0',
  'a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'a=extmap:3/recvonly http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'a=recvonly',
  'a=rtcp-mux',
  'a=rtpmap:102 H264/90000',
  'a=rtcp-fb:102 nack pli',
  'a=rtcp-fb:102 transport-cc',
  'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'a=rtpmap:103 rtx/90000',
  'a=fmtp:103 apt=102',
  ...CANDIDATES.map((text) => `a=${text}`),
  'a=end-of-candidates',
];

const AUDIO = ['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0', 'a=mid:1', 'a=rtpmap:111 opus/48000/2'];

const LINES = [
  ...SESSION,
  ...TRANSPORT,
  ...VIDEO,
  ...AUDIO,
  'm=video 0 UDP/TLS/RTP/SAVPF 0',
  'a=bundle-only',
  'b=AS:500',
];

export const ANSWER = [...SESSION, ...VIDEO, ...TRANSPORT, ''].join('\r\n');
export const OFFER = [...SESSION, ...AUDIO, ...TRANSPORT, ...VIDEO, ...TRANSPORT, ''].join('\r\n');

export const sdpWords = [
  ...LINES.map((line) => `${line}\r\n`),
  'v=0\n',
  '\r',
  '\n\n',
  'm=',
  'a=',
  ';',
  '=',
  ' ',
  ':',
  '*',
  '/',
];

/** Its sections in order as a rule, with lines left out, doubled and put elsewhere. */
export function writeSdp(random: Random): string {
  const sections = [
    SESSION,
    ...Array.from({ length: random.below(4) }, () => random.pick([VIDEO, VIDEO, AUDIO])),
  ];
  const lines = sections.flatMap((section) => [...section, ...TRANSPORT]);
  for (let changes = random.length(6); changes > 0; changes--) {
    const at = random.below(lines.length + 1);
    const change = random.below(4);
    if (change === 0) lines.splice(at, 1);
    else if (change === 1) lines.splice(at, 0, random.pick(LINES));
    else if (change === 2) lines.splice(at, 1, `${random.pick(LINES)}${random.text(random.length(8))}`);
    else lines.splice(at, 0, `a=${random.text(random.length(12))}:${random.below(2 ** 31)}`);
  }
  return `${lines.join(random.pick(['\r\n', '\r\n', '\n']))}${random.pick(['\r\n', ''])}`;
}
