/** What a player trickles by PATCH: application/trickle-ice-sdpfrag (RFC 8840, section 9). Pure. */
import {
  checkRelayableCandidate,
  MAX_SDP_CHARS,
  MAX_SDP_MID_CHARS,
  type Result,
  refuse,
} from '@perch/protocol';

/** A browser with many interfaces has about twenty. */
const MAX_CANDIDATES = 64;

export interface TrickledCandidate {
  /** '' says that no more follow. */
  readonly candidate: string;
  readonly sdpMid?: string;
}

export interface SdpFragment {
  readonly userFragment: string | undefined;
  readonly candidates: readonly TrickledCandidate[];
}

export function parseSdpFragment(text: string): Result<SdpFragment> {
  if (text.length > MAX_SDP_CHARS) {
    return refuse('too-large', `a fragment is at most ${MAX_SDP_CHARS} characters`);
  }
  const candidates: TrickledCandidate[] = [];
  let userFragment: string | undefined;
  let mid: string | undefined;
  for (const line of text.split(/\r?\n/u)) {
    if (line === '') continue;
    if (!/^[a-z]=./u.test(line)) return refuse('bad-message', 'a line of the fragment is not type=value');
    const [, name = '', value = ''] = /^a=([a-z-]+)(?::(.*))?$/u.exec(line) ?? [];
    if (line.startsWith('m=')) mid = undefined;
    else if (name === 'mid') {
      if (value.length > MAX_SDP_MID_CHARS) return refuse('bad-message', 'a mid of the fragment is too long');
      mid = value;
    } else if (name === 'ice-ufrag') userFragment ??= value;
    else if (name === 'candidate' || name === 'end-of-candidates') {
      const candidate = name === 'candidate' ? `candidate:${value}` : '';
      const refusal = checkRelayableCandidate(candidate);
      if (refusal !== undefined) return refusal;
      candidates.push({ candidate, ...(mid === undefined ? {} : { sdpMid: mid }) });
    }
  }
  if (candidates.length > MAX_CANDIDATES) {
    return refuse('bad-message', `a fragment has at most ${MAX_CANDIDATES} candidates`);
  }
  return { ok: true, value: { userFragment, candidates } };
}
