import { describe, expect, test } from 'vitest';
import {
  checkRelayableCandidate,
  checkRelayableSdp,
  checkUsableCandidate,
  checkUsableSdp,
  MAX_CANDIDATE_CHARS,
  MAX_SDP_CHARS,
} from '../src/index.ts';

const HASH = Array.from({ length: 32 }, (_, n) => (n * 7).toString(16).padStart(2, '0').toUpperCase()).join(
  ':',
);
const sdp = (...lines: string[]) => `${lines.join('\r\n')}\r\n`;

/** The answers of browsers to an offer of one H.264 section, as they come. */
const ANSWERS: Readonly<Record<string, string>> = {
  Chromium: sdp(
    'v=0',
    'o=- 6312874520193784509 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'a=extmap-allow-mixed',
    'a=msid-semantic: WMS',
    'm=video 9 UDP/TLS/RTP/SAVPF 102',
    'c=IN IP4 0.0.0.0',
    'a=rtcp:9 IN IP4 0.0.0.0',
    'a=ice-ufrag:Qk3z',
    'a=ice-pwd:0FlvkHk8jJY0hQ9Yw7k9Zt3v',
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${HASH}`,
    'a=setup:active',
    'a=mid:0',
    'a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
    'a=recvonly',
    'a=rtcp-mux',
    'a=rtpmap:102 H264/90000',
    'a=rtcp-fb:102 nack',
    'a=rtcp-fb:102 nack pli',
    'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  ),
  Firefox: sdp(
    'v=0',
    'o=mozilla...THIS_IS_SDPARTA-99.0 4812372618237412345 0 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    `a=fingerprint:sha-256 ${HASH}`,
    'a=group:BUNDLE 0',
    'a=ice-options:trickle',
    'a=msid-semantic:WMS *',
    'm=video 9 UDP/TLS/RTP/SAVPF 102',
    'c=IN IP4 0.0.0.0',
    'a=recvonly',
    'a=fmtp:102 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1',
    'a=ice-pwd:8b0d7ab1b5b2f1f29c0de4ec5a7c2f3a',
    'a=ice-ufrag:3a7f21bc',
    'a=mid:0',
    'a=rtcp-fb:102 nack',
    'a=rtcp-fb:102 nack pli',
    'a=rtcp-mux',
    'a=rtpmap:102 H264/90000',
    'a=setup:active',
    'a=ssrc:2655508255 cname:{1f4bd6b4-7a1a-4b57-8c1e-8d3c3d5e6f70}',
  ),
  Safari: sdp(
    'v=0',
    'o=- 3907520412345678901 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'a=msid-semantic: WMS',
    'm=video 51472 UDP/TLS/RTP/SAVPF 102',
    'c=IN IP4 192.168.1.20',
    'a=rtcp:9 IN IP4 0.0.0.0',
    'a=candidate:842163049 1 udp 1677729535 203.0.113.7 51472 typ srflx raddr 0.0.0.0 rport 0 generation 0 network-cost 999',
    'a=ice-ufrag:+/aZ',
    'a=ice-pwd:Kf+Yq2/3bmx9sXW0a1cdEfGh',
    `a=fingerprint:sha-256 ${HASH}`,
    'a=setup:active',
    'a=mid:0',
    'b=AS:2000',
    'a=recvonly',
    'a=rtcp-mux',
    'a=rtpmap:102 H264/90000',
    'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  ),
};

const CANDIDATES = [
  'candidate:1467250027 1 udp 2122260223 192.168.0.196 46243 typ host generation 0 ufrag Qk3z network-id 1 network-cost 10',
  'candidate:3885250869 1 udp 2113937151 8d2b6c3a-6f5e-4f0e-9b1a-2f6c1d0e9a7b.local 54400 typ host generation 0 ufrag Qk3z network-cost 999',
  'candidate:2 1 UDP 2122187007 2001:db8::7d1 61023 typ host',
  'candidate:3 1 TCP 2105458943 192.168.0.196 9 typ host tcptype active',
  'candidate:1853887674 1 udp 1518280447 47.61.61.61 36768 typ srflx raddr 192.168.0.196 rport 36768 generation 0',
  'candidate:750991856 2 udp 25108223 237.30.30.30 58779 typ relay raddr 47.61.61.61 rport 54761 generation 0',
  'candidate:4 1 udp 1 fe80::1%eth0 5000 typ host',
  'a=candidate:1 1 udp 2122260223 10.0.0.1 9 typ host',
  'candidate:+/Zz 1 ssltcp 1 10.0.0.1 443 typ prflx',
  '',
];

const chromium = ANSWERS['Chromium']!;
const codeOf = (refusal: { code: string } | undefined) => refusal?.code;

describe('[WIRE10] descriptions', () => {
  test.each(Object.entries(ANSWERS))('an answer of %s passes, with either line end', (_, answer) => {
    expect(checkUsableSdp(answer)).toBeUndefined();
    expect(checkUsableSdp(answer.replaceAll('\r\n', '\n'))).toBeUndefined();
    expect(checkUsableSdp(answer.trimEnd())).toBeUndefined();
  });

  const broken: Readonly<Record<string, string>> = {
    'an empty line': chromium.replace('t=0 0\r\n', 't=0 0\r\n\r\n'),
    'a line without =': chromium.replace('t=0 0', 't'),
    'a line without a value': chromium.replace('t=0 0', 't='),
    'a type of two letters': chromium.replace('t=0 0', 'tt=0 0'),
    'a second v=': chromium.replace('t=0 0', 't=0 0\r\nv=0'),
    'no media section': chromium.slice(0, chromium.indexOf('m=')),
    'a media line without a port': chromium.replace('m=video 9', 'm=video'),
    'a media line without a format': chromium.replace('SAVPF 102', 'SAVPF'),
    'no ufrag': chromium.replace(/a=ice-ufrag.*\r\n/u, ''),
    'a ufrag of three characters': chromium.replace('Qk3z', 'Qk3'),
    'a ufrag with a space': chromium.replace('Qk3z', 'Qk3 z'),
    'no password': chromium.replace(/a=ice-pwd.*\r\n/u, ''),
    'a short password': chromium.replace(/a=ice-pwd.*/u, 'a=ice-pwd:short'),
    'no fingerprint': chromium.replace(/a=fingerprint.*\r\n/u, ''),
    'a fingerprint that is not hexadecimal': chromium.replace(HASH, HASH.replace('0', 'G')),
    'a second fingerprint that is broken': `${chromium}a=fingerprint:sha-256 00\r\n`,
    'a broken candidate': `${chromium}a=candidate:1 1 udp\r\n`,
  };
  test.each(Object.entries(broken))('%s is refused', (_, text) => {
    expect(text).not.toBe(chromium);
    expect(codeOf(checkUsableSdp(text))).toBe('bad-sdp');
  });

  test.each(['', 'v=1\r\n', 'v=0', ' v=0\r\n', `${chromium}\u0000`, `${chromium}\u001b[2J`, 'v=0\ra=x'])(
    'what is no text of RFC 8866 is not even relayed: %j',
    (text) => {
      expect(codeOf(checkRelayableSdp(text))).toBe('bad-sdp');
      expect(codeOf(checkUsableSdp(text))).toBe('bad-sdp');
    },
  );

  test('[WIRE7] one longer than the limit is refused', () => {
    const long = chromium + 'a=x\r\n'.repeat(MAX_SDP_CHARS / 5);
    expect(codeOf(checkRelayableSdp(long))).toBe('bad-sdp');
  });
});

describe('[WIRE10] candidates', () => {
  test.each(CANDIDATES)('a real one passes: %s', (candidate) => {
    expect(checkUsableCandidate(candidate)).toBeUndefined();
  });

  test.each([
    'x',
    'candidate:',
    'candidate:1 1 udp 1 10.0.0.1 9',
    'candidate:1 3 udp 1 10.0.0.1 9 typ host',
    'candidate:1 1 sctp 1 10.0.0.1 9 typ host',
    'candidate:1 1 udp x 10.0.0.1 9 typ host',
    'candidate:1 1 udp 12345678901 10.0.0.1 9 typ host',
    'candidate:1 1 udp 1 10.0.0.1 65536 typ host',
    'candidate:1 1 udp 1 10.0.0.1 -1 typ host',
    'candidate:1 1 udp 1 10.0.0.1 9 typ hosts',
    'candidate:1 1 udp 1 10.0.0.é 9 typ host',
    'candidate:1 1 udp 1 10.0.0.1 9 typ host odd',
    'candidate: 1 udp 1 10.0.0.1 9 typ host',
    'candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=setup:actpass',
    ` ${CANDIDATES[0]}`,
  ])('a broken one is refused: %j', (candidate) => {
    expect(codeOf(checkUsableCandidate(candidate))).toBe('bad-candidate');
  });

  test('[WIRE8] one of two lines, or longer than the limit, is not even relayed', () => {
    expect(codeOf(checkRelayableCandidate('candidate:1\ncandidate:2'))).toBe('bad-candidate');
    expect(codeOf(checkRelayableCandidate('x'.repeat(MAX_CANDIDATE_CHARS + 1)))).toBe('bad-candidate');
    expect(checkRelayableCandidate('x'.repeat(MAX_CANDIDATE_CHARS))).toBeUndefined();
  });
});
