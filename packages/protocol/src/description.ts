/**
 * Checks of session descriptions (RFC 8866) and ICE candidates (RFC 8839, section 5.1) before they are relayed
 * or reach native code, which may abort the process on a broken line.
 *
 * Two strengths: *relayable* is what the server asks of text that it only passes on; *usable* is what a peer
 * asks before it hands the text to its WebRTC stack. Not here: the meaning of a description (codecs, mids).
 */
import { MAX_CANDIDATE_CHARS, MAX_SDP_CHARS } from './limits.ts';
import { type Refusal, refuse } from './result.ts';

/**
 * Text lines in printable characters; CR and LF only as line ends. As what a text is, and not as what it must not hold:
 * that takes half the time, which is most of what relaying a description costs.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const SDP_TEXT = /^(?:[^\u0000-\u001f\u007f]|\t|\r?\n)*$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/u;

/** RFC 8866, section 9: `type=value`, a value never empty but for `s=`; no blank line anywhere. */
const SDP_LINE = /^[a-z]=[^\s].*$|^s=.*$/u;

/** foundation component transport priority address port "typ" type, then name-value pairs. */
const CANDIDATE =
  /^(?:a=)?candidate:[\w+/.-]{1,32} [12] (udp|tcp|UDP|TCP|ssltcp) \d{1,10} ([0-9A-Za-z.:%_-]{1,255}) (\d{1,5}) typ (host|srflx|prflx|relay)(?: [!-~]+ [!-~]+)* ?$/u;

/** What the server asks of an SDP that it relays: its size, its first line, nothing that is not text. */
export function checkRelayableSdp(sdp: string): Refusal | undefined {
  if (sdp.length > MAX_SDP_CHARS) return refuse('bad-sdp', `sdp is longer than ${MAX_SDP_CHARS} characters`);
  if (!/^v=0\r?\n/u.test(sdp)) return refuse('bad-sdp', 'sdp does not start with a line v=0 (RFC 8866, 5.1)');
  if (!SDP_TEXT.test(sdp)) return refuse('bad-sdp', 'sdp holds control characters');
  return undefined;
}

/**
 * What a peer asks of a description before its WebRTC stack sees it: well-formed lines, one session part, at
 * least one media section, and the ICE and DTLS attributes without which no connection can start
 * (RFC 8829, section 5.2.1): `ice-ufrag`, `ice-pwd`, `fingerprint`.
 */
export function checkUsableSdp(sdp: string): Refusal | undefined {
  const relayable = checkRelayableSdp(sdp);
  if (relayable) return relayable;
  const lines = sdp.split(/\r?\n/u);
  if (lines.at(-1) === '') lines.pop();
  const broken = lines.findIndex((line) => !SDP_LINE.test(line));
  if (broken !== -1) return refuse('bad-sdp', `sdp line ${broken + 1} is not type=value (RFC 8866, 5)`);
  if (lines.indexOf('v=0', 1) !== -1) return refuse('bad-sdp', 'sdp has a second v= line');
  const media = lines.filter((line) => line.startsWith('m='));
  if (media.length === 0) return refuse('bad-sdp', 'sdp has no media section');
  const unusable = media.find((line) => !/^m=[a-z]+ \d{1,5}(?:\/\d+)? [A-Z/]+(?: [!-~]+)+$/u.test(line));
  if (unusable !== undefined) return refuse('bad-sdp', 'sdp has a broken m= line (RFC 8866, 5.14)');
  for (const [attribute, value] of ICE_AND_DTLS) {
    const found = lines.filter((line) => line.startsWith(`a=${attribute}:`));
    if (found.length === 0) return refuse('bad-sdp', `sdp has no a=${attribute}`);
    if (found.some((line) => !value.test(line.slice(attribute.length + 3)))) {
      return refuse('bad-sdp', `sdp has a broken a=${attribute}`);
    }
  }
  for (const line of lines) {
    if (!line.startsWith('a=candidate:')) continue;
    const refusal = checkUsableCandidate(line);
    if (refusal) return refuse('bad-sdp', `sdp holds a broken candidate: ${refusal.reason}`);
  }
  return undefined;
}

const ICE_AND_DTLS: readonly (readonly [string, RegExp])[] = [
  ['ice-ufrag', /^[\w+/=-]{4,256}$/u],
  ['ice-pwd', /^[\w+/=-]{22,256}$/u],
  ['fingerprint', /^(?:sha-1|sha-224|sha-256|sha-384|sha-512) [0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){19,63}$/u],
];

/** What the server asks of a candidate that it relays: its size and that it is one line of text. */
export function checkRelayableCandidate(candidate: string): Refusal | undefined {
  if (candidate.length > MAX_CANDIDATE_CHARS) {
    return refuse('bad-candidate', `candidate is longer than ${MAX_CANDIDATE_CHARS} characters`);
  }
  if (CONTROL.test(candidate)) return refuse('bad-candidate', 'candidate holds control characters');
  return undefined;
}

/** What a peer asks of a candidate before its WebRTC stack sees it. The empty one, end of candidates, passes. */
export function checkUsableCandidate(candidate: string): Refusal | undefined {
  const relayable = checkRelayableCandidate(candidate);
  if (relayable || candidate === '') return relayable;
  const match = CANDIDATE.exec(candidate);
  if (match === null) return refuse('bad-candidate', 'candidate does not follow RFC 8839, 5.1');
  if (Number(match[3]) > 65535) return refuse('bad-candidate', 'candidate has a port above 65535');
  return undefined;
}
