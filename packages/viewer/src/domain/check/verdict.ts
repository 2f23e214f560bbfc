/** From what was seen to one cause. Pure; what to do about it stands in `text/`. */
import { type EndReason, hasEnded } from '../status.ts';
import { type CheckFacts, MOVING_FRAMES } from './check-facts.ts';
import { hasMintingFailed, isTurnSetUp, isUdpSilent, refusalOf, relayUrls } from './ice-steps.ts';

export type Cause =
  /** All is well. */
  | 'works'
  /** There is a picture, and viewers in stricter networks would have none: the relay refuses. */
  | 'works-relay-refused'
  /** There is a picture, and viewers in stricter networks would have none: the TURN service gives the server no relay. */
  | 'works-relay-not-minted'
  /** There is a picture, by a detour. */
  | 'works-without-udp'
  | 'server-down'
  | 'no-socket'
  | 'no-answer-to-join'
  | 'busy'
  | 'camera-offline'
  | 'camera-restarting'
  | 'camera-silent'
  | 'offer-unusable'
  | 'relay-refused'
  | 'relay-not-minted'
  | 'udp-blocked'
  | 'no-relay'
  | 'no-path'
  | 'no-handshake'
  | 'no-packets'
  | 'no-frames'
  | 'frozen'
  | 'tap'
  | EndReason;

/** Words that name the cause of each case for sure, before or after the time is up. */
export function causeOf(facts: CheckFacts): Cause {
  const { status, health, openedAtMs, joinedAtMs, refusal, frameAtMs } = facts;
  if (frameAtMs !== undefined && !hasEnded(status)) return causeWithPicture(facts);
  if (hasEnded(status)) return status.why;
  if (openedAtMs === undefined) return typeof health === 'object' ? 'no-socket' : 'server-down';
  if (joinedAtMs === undefined) return refusal === undefined ? 'no-answer-to-join' : 'busy';
  return causeWithoutPicture(facts);
}

function causeWithPicture(facts: CheckFacts): Cause {
  if (facts.camera === 'restarting') return 'camera-restarting';
  if (facts.framesShown < MOVING_FRAMES) return 'frozen';
  if (refusalOf(facts) !== undefined) return 'works-relay-refused';
  if (hasMintingFailed(facts)) return 'works-relay-not-minted';
  const over = facts.path?.local.relayProtocol;
  return isUdpSilent(facts) && (over === 'tcp' || over === 'tls') ? 'works-without-udp' : 'works';
}

function causeWithoutPicture(facts: CheckFacts): Cause {
  const { camera, offerAtMs, answeredAtMs, offerFailedAtMs, iceServers = [] } = facts;
  if (camera === 'absent') return 'camera-offline';
  if (camera === 'restarting') return 'camera-restarting';
  if (offerAtMs === undefined) return 'camera-silent';
  if (answeredAtMs === undefined && offerFailedAtMs !== undefined) return 'offer-unusable';
  if (facts.isPlayRefused) return 'tap';
  if (facts.packetAtMs !== undefined) return 'no-frames';
  if (facts.dtlsAtMs !== undefined) return 'no-packets';
  // What the network lets through is the deeper cause of a handshake that gets stuck on the detour it leaves.
  if (refusalOf(facts) !== undefined && facts.gathered.relays.size === 0) return 'relay-refused';
  // A relay over TCP is what a network without UDP would need.
  if (hasMintingFailed(facts) && facts.pairAtMs === undefined) return 'relay-not-minted';
  if (isUdpSilent(facts)) return 'udp-blocked';
  if (facts.pairAtMs !== undefined) return 'no-handshake';
  if (relayUrls(iceServers).length === 0 || isTurnSetUp(facts) === false) return 'no-relay';
  return 'no-path';
}

const GOOD: ReadonlySet<Cause> = new Set<Cause>([
  'works',
  'works-relay-refused',
  'works-relay-not-minted',
  'works-without-udp',
]);

/** A picture arrived. */
export function isGood(cause: Cause): boolean {
  return GOOD.has(cause);
}

/** Whether waiting longer could change the cause. */
export function isSettled({
  status,
  health,
  camera,
  openedAtMs,
  socketFailures,
  framesShown,
}: CheckFacts): boolean {
  if (framesShown >= MOVING_FRAMES || hasEnded(status)) return true;
  if (openedAtMs === undefined) return socketFailures > 0 && health !== 'asked';
  return camera === 'absent';
}
