/** From what was seen to the list of steps: which are passed, which failed, which were never reached. Pure. */
import { mediaPath } from '../media-path.ts';
import { hasEnded } from '../status.ts';
import type { CheckFacts } from './check-facts.ts';
import { candidatesStep, relayStep } from './ice-steps.ts';
import { failed, type Outcome, passed, type Step, type StepId, UNDECIDED, warned } from './step.ts';

/** `isOver`: nothing more is waited for. The first step that is not decided is under way; those behind it wait for it. */
export function stepsOf(facts: CheckFacts, isOver: boolean): readonly Step[] {
  const steps: Step[] = [];
  let isBlocked = false;
  for (const [id, judge] of STEPS) {
    const outcome = judge(facts, isOver && !isBlocked);
    if (outcome !== undefined) steps.push({ id, ...outcome });
    else steps.push({ id, state: isBlocked || isOver ? 'not-reached' : 'running' });
    // What relays there are is found out beside the rest, and a camera that is away stops only what it takes part in.
    if (outcome === undefined || outcome.state === 'failed') isBlocked ||= !BESIDE.has(id);
  }
  return steps;
}

type Judge = (facts: CheckFacts, isOver: boolean) => Outcome | undefined;

const BESIDE: ReadonlySet<StepId> = new Set<StepId>(['relay', 'candidates']);

const STEPS: readonly (readonly [StepId, Judge])[] = [
  ['server', serverStep],
  ['token', tokenStep],
  ['camera', cameraStep],
  ['relay', relayStep],
  ['candidates', candidatesStep],
  ['codec', codecStep],
  ['their-candidates', theirCandidatesStep],
  ['pairs', pairsStep],
  ['dtls', dtlsStep],
  ['packet', packetStep],
  ['frame', frameStep],
];

function serverStep({ status, health, openedAtMs, socketFailures }: CheckFacts, isOver: boolean) {
  if (hasEnded(status) && status.why === 'no-webrtc') return failed(undefined, { what: 'no-webrtc' });
  if (openedAtMs !== undefined) {
    // How old a server is, `/health` tells a moment later.
    const version = typeof health === 'object' ? health.version : undefined;
    return passed(openedAtMs, { what: 'server-answers', version });
  }
  if (socketFailures === 0 && !isOver) return UNDECIDED;
  if (typeof health === 'object') return failed(undefined, { what: 'no-socket' });
  return health === 'silent' || isOver ? failed(undefined, { what: 'server-silent' }) : UNDECIDED;
}

/** What the broadcaster refuses with; the server took the token before. */
const CAMERAS_REFUSALS: ReadonlySet<string> = new Set(['too-many-viewers', 'not-acceptable']);

function tokenStep({ status, health, joinedAtMs, refusal, openedAtMs }: CheckFacts, isOver: boolean) {
  if (hasEnded(status) && !CAMERAS_REFUSALS.has(status.why))
    return failed(refusal?.atMs, { what: 'refused', why: status.why, ...detailOf(status) });
  if (joinedAtMs !== undefined) {
    const isOpen = typeof health === 'object' && health.isOpen === true;
    return passed(joinedAtMs, { what: 'let-in', by: isOpen ? 'open' : 'key' });
  }
  if (refusal !== undefined) return failed(refusal.atMs, { what: 'sent-away' });
  return isOver && openedAtMs !== undefined ? failed(undefined, { what: 'no-answer-to-join' }) : UNDECIDED;
}

function detailOf({ detail }: { readonly detail?: string }): { detail?: string } {
  return detail === undefined ? {} : { detail };
}

function cameraStep(facts: CheckFacts, isOver: boolean): Outcome | undefined {
  const { status, camera, cameraAtMs, refusal, offerAtMs, joinedAtMs } = facts;
  if (hasEnded(status) && status.why === 'too-many-viewers')
    return failed(refusal?.atMs, { what: 'refused', why: status.why });
  if (camera === 'absent') return failed(cameraAtMs, { what: 'camera-offline' });
  if (camera === 'restarting') return warned(cameraAtMs, { what: 'camera-restarting' });
  if (offerAtMs !== undefined) return passed(offerAtMs, { what: 'camera-online' });
  return isOver && joinedAtMs !== undefined ? failed(undefined, { what: 'camera-silent' }) : UNDECIDED;
}

function codecStep(facts: CheckFacts): Outcome | undefined {
  const { status, offeredCodecs, offerAtMs, answeredAtMs, offerFailedAtMs, codec } = facts;
  if (offerAtMs === undefined) return UNDECIDED;
  if (hasEnded(status) && status.why === 'not-acceptable')
    return failed(offerAtMs, { what: 'no-codec', offered: offeredCodecs });
  if (answeredAtMs !== undefined)
    return passed(answeredAtMs, { what: 'codec-shared', codec: codec ?? offeredCodecs[0] ?? '?' });
  return offerFailedAtMs === undefined ? UNDECIDED : failed(offerFailedAtMs, { what: 'offer-unusable' });
}

function theirCandidatesStep({ theirs, theirsAtMs, answeredAtMs }: CheckFacts, isOver: boolean) {
  if (theirsAtMs !== undefined) {
    const count = [...theirs.values()].reduce((sum, each) => sum + each, 0);
    return passed(theirsAtMs, { what: 'their-candidates', count, types: [...theirs.keys()].sort() });
  }
  const isMissing = isOver && answeredAtMs !== undefined;
  return isMissing ? failed(undefined, { what: 'no-their-candidates' }) : UNDECIDED;
}

function pairsStep(facts: CheckFacts, isOver: boolean): Outcome | undefined {
  const { pairAtMs, dtlsAtMs, frameAtMs, pairsTried, path, theirsAtMs } = facts;
  // A browser that counts no pairs has one all the same once there is a handshake or a frame.
  // Counters are read a few times a second, and may tell of a pair after its handshake was told.
  const answeredAtMs = Math.min(...[pairAtMs, dtlsAtMs, frameAtMs].filter((ms) => ms !== undefined));
  if (Number.isFinite(answeredAtMs)) {
    const route = path && mediaPath(path).route;
    return passed(answeredAtMs, { what: 'pair-answered', tried: pairsTried, route });
  }
  return isOver && theirsAtMs !== undefined
    ? failed(undefined, { what: 'no-pair', tried: pairsTried })
    : UNDECIDED;
}

function dtlsStep({ dtlsAtMs, frameAtMs, hasDtlsFailed, pairAtMs }: CheckFacts, isOver: boolean) {
  const doneAtMs = dtlsAtMs ?? frameAtMs;
  if (doneAtMs !== undefined) return passed(doneAtMs, { what: 'dtls-done' });
  const isMissing = hasDtlsFailed || (isOver && pairAtMs !== undefined);
  return isMissing ? failed(undefined, { what: 'no-dtls' }) : UNDECIDED;
}

function packetStep({ packetAtMs, frameAtMs, dtlsAtMs }: CheckFacts, isOver: boolean): Outcome | undefined {
  // Counters are read a few times a second; the frame is told at once.
  const seenAtMs = packetAtMs === undefined ? frameAtMs : Math.min(packetAtMs, frameAtMs ?? packetAtMs);
  if (seenAtMs !== undefined) return passed(seenAtMs, { what: 'packets' });
  return isOver && dtlsAtMs !== undefined ? failed(undefined, { what: 'no-packets' }) : UNDECIDED;
}

function frameStep({ frameAtMs, packetAtMs, isPlayRefused }: CheckFacts, isOver: boolean) {
  if (frameAtMs !== undefined) return passed(frameAtMs, { what: 'frame' });
  if (isPlayRefused) return warned(undefined, { what: 'tap' });
  return isOver && packetAtMs !== undefined ? failed(undefined, { what: 'no-frame' }) : UNDECIDED;
}
