/** The steps that are about relays and this device's own candidates. Pure. */
import type { IceServer } from '@perch/protocol';
import type { CheckFacts, RelayRefusal } from './check-facts.ts';
import { failed, type Outcome, passed, UNDECIDED, warned } from './step.ts';

/** Chromium's and the draft's code for a server that does not answer (W3C WebRTC, RTCPeerConnectionIceErrorEvent). */
const UNREACHABLE = 701;

/** 401: the password is wrong. 403, 441, 486, 508 are refusals, too. */
export function refusalOf({ gathered }: CheckFacts): RelayRefusal | undefined {
  return gathered.refusals.find(({ code, url }) => code !== UNREACHABLE && /^turns?:/iu.test(url));
}

export function relayUrls(servers: readonly IceServer[]): readonly string[] {
  return servers.flatMap(({ urls }) => urls.filter((url) => /^turns?:/iu.test(url)));
}

/** Nothing got through to the STUN and TURN servers over UDP, though there are some. */
export function isUdpSilent({ gathered, iceServers = [] }: CheckFacts): boolean {
  const isAsked = iceServers.some(({ urls }) => urls.length > 0);
  // A device that no router translates has no reflexive candidate, and its servers answer all the same.
  return isAsked && gathered.reflexive === 0 && !gathered.relays.has('udp') && !gathered.hasUdpAnswered;
}

/** False where the owner set up none; an old server does not tell. */
export function isTurnSetUp({ health }: CheckFacts): boolean | undefined {
  const kind = typeof health === 'object' ? health.turnKind : undefined;
  return kind === undefined ? undefined : kind !== 'stun' && kind !== 'none';
}

/** The owner set up a TURN service, and it gives the server no relay: mostly its key is wrong. */
export function hasMintingFailed(facts: CheckFacts): boolean {
  const { iceServers = [], noRelay } = facts;
  return isTurnSetUp(facts) === true && noRelay !== undefined && relayUrls(iceServers).length === 0;
}

export function relayStep(facts: CheckFacts, isOver: boolean): Outcome | undefined {
  const { iceServers, noRelay, joinedAtMs } = facts;
  if (iceServers === undefined) return UNDECIDED;
  const count = relayUrls(iceServers).length;
  if (count > 0) return passed(joinedAtMs, { what: 'relays-given', count });
  const isSetUp = isTurnSetUp(facts);
  // Credentials that are asked for elsewhere come a moment later.
  if (isSetUp !== false && noRelay !== undefined && !isOver) return UNDECIDED;
  return warned(joinedAtMs, { what: 'no-relay', isSetUp: isSetUp ?? false, why: noRelay });
}

export function candidatesStep(facts: CheckFacts, isOver: boolean): Outcome | undefined {
  const { host, reflexive, relays, beganAtMs, completeAtMs, firstAtMs } = facts.gathered;
  if (beganAtMs === undefined) return UNDECIDED;
  const refusal = refusalOf(facts);
  if (refusal !== undefined && relays.size === 0)
    return failed(completeAtMs, { what: 'relay-refused', ...refusal });
  if (completeAtMs === undefined && !isOver) return UNDECIDED;
  if (host + reflexive + relays.size === 0) return failed(completeAtMs, { what: 'no-candidates' });
  const found = { what: 'gathered', host, reflexive, relays: [...relays] } as const;
  const hasRelays = relayUrls(facts.iceServers ?? []).length > 0;
  const isPoor = isUdpSilent(facts) || (hasRelays && relays.size === 0);
  return (isPoor ? warned : passed)(completeAtMs ?? firstAtMs, found);
}
