/** What may happen to a server, as data: fast-check makes it, shrinks it and prints it. */
import fc from 'fast-check';

/** How often, in proportion. */
const KINDS = {
  connect: 5,
  'connect at once': 3,
  register: 9,
  join: 14,
  resume: 12,
  offer: 6,
  answer: 8,
  candidate: 6,
  state: 2,
  refuse: 2,
  ended: 2,
  ping: 2,
  storm: 1,
  connected: 1,
  broken: 3,
  leave: 4,
  vanish: 3,
  'late close': 6,
  'late word': 4,
  wait: 8,
  revoke: 2,
  crash: 1,
} as const;

export type StepKind = keyof typeof KINDS;

/** Which token goes along. Most know what they do. */
const TOKENS = {
  right: 30,
  soon: 4,
  none: 2,
  forged: 1,
  expired: 1,
  garbage: 1,
  'other right': 1,
  'other stream': 1,
} as const;

export type TokenChoice = keyof typeof TOKENS;

/** What a viewer shows of an earlier session. */
const PROOFS = { own: 8, none: 1, "another's": 2, forged: 1, 'other stream': 2, malformed: 1 } as const;

export type ProofChoice = keyof typeof PROOFS;

export const PEOPLE = 7;
export const STREAMS = ['a', 'b', 'c', 'd'] as const;

export interface Step {
  readonly do: StepKind;
  readonly who: number;
  readonly stream: number;
  readonly token: TokenChoice;
  readonly proof: ProofChoice;
  /** Picks one of many: a viewer, an old socket, a session, a token. */
  readonly pick: number;
}

function weighted<K extends string>(weights: Readonly<Record<K, number>>): fc.Arbitrary<K> {
  const names = Object.keys(weights) as K[];
  return fc.constantFrom(...names.flatMap((name) => Array<K>(weights[name]).fill(name)));
}

const step: fc.Arbitrary<Step> = fc.record({
  do: weighted(KINDS),
  who: fc.nat(PEOPLE - 1),
  // Most meet in the first ones.
  stream: fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3),
  token: weighted(TOKENS),
  proof: weighted(PROOFS),
  pick: fc.nat(1000),
});

export interface Life {
  /** An open server: tokens are not looked at. */
  readonly open: boolean;
  readonly steps: readonly Step[];
}

export const life: fc.Arbitrary<Life> = fc.record({
  open: fc.constantFrom(false, false, true),
  steps: fc.array(step, { maxLength: 400, size: 'max' }),
});

/** For the message of a failure. */
export function describeStep(step: Step): string {
  const { do: kind, who, stream, token, proof, pick } = step;
  return `${kind}: person ${who}, stream ${STREAMS[stream]}, token ${token}, proof ${proof}, pick ${pick}`;
}
