/**
 * A viewer's candidates on their way to libjuice: those that come before the description wait for it, those that are likely
 * to succeed go first, one after another, and relays that libjuice can't be reached through are given a detour.
 *
 * Owns the timers and the detours. What a peer sent was checked before it gets here (protocol's checkUsableCandidate).
 */
import { networkInterfaces } from 'node:os';
import { type Refusal, refuse } from '@perch/protocol';
import type { Clock } from '../domain/clock.ts';
import { CandidatePace } from './candidate-pace.ts';
import {
  endpointOf,
  hasName,
  isCheckedAtOnce,
  isHidden,
  isInAnotherNetwork,
  isRelayedOverStream,
  movedTo,
} from './candidate-reach.ts';
import { RelayDetour } from './relay-detour.ts';

/** A browser with many interfaces sends about twenty candidates. */
const MAX_WAITING_CANDIDATES = 64;

/**
 * So much later than the answer a viewer's address in a network that is not ours is tried: checks go out one after
 * another (candidate-pace.ts), and those that are likely to succeed go first.
 */
const TRY_OTHER_NETWORKS_AFTER_MS = 250;

/** A browser has a relay or two; each detour is a socket. */
const MAX_DETOURS = 4;

/** A browser has a name for each address; libdatachannel looks each one up on a thread of its own, for seconds. */
const MAX_NAMES = 8;

export class RemoteCandidates {
  readonly #clock: Clock;
  readonly #handOn: (candidate: string) => void;
  readonly #leadsAround: boolean;
  readonly #pace: CandidatePace;
  /** Those that came before the description; undefined once it is there. */
  #waiting: string[] | undefined = [];
  /** Those that are tried last; undefined once it is their turn. */
  #unlikely: string[] | undefined = [];
  readonly #detours: RelayDetour[] = [];
  #nameCount = 0;
  #password = '';
  #cancelUnlikely = (): void => undefined;
  #closed = false;

  /**
   * `handOn` gives a candidate to libjuice, and must not throw. `leadsAround` is false where checks are mended elsewhere.
   */
  constructor(clock: Clock, handOn: (candidate: string) => void, leadsAround = true) {
    this.#clock = clock;
    this.#handOn = handOn;
    this.#leadsAround = leadsAround;
    this.#pace = new CandidatePace(clock, handOn);
  }

  /** The viewer's description is in. `password` is our `ice-pwd`, which the viewer signs its checks with. */
  begin(password: string): void {
    this.#password = password;
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const candidate of waiting) this.add(candidate);
    this.#cancelUnlikely = this.#clock.after(TRY_OTHER_NETWORKS_AFTER_MS, () => {
      const unlikely = this.#unlikely ?? [];
      this.#unlikely = undefined;
      for (const candidate of unlikely) this.add(candidate);
    });
  }

  add(candidate: string): Refusal | undefined {
    if (hasName(candidate) && !isHidden(candidate))
      return refuse('bad-candidate', 'candidate has a name for an address, and not one that ends in .local');
    if (this.#waiting !== undefined) {
      if (this.#waiting.length >= MAX_WAITING_CANDIDATES) {
        return refuse(
          'bad-candidate',
          `more than ${MAX_WAITING_CANDIDATES} candidates before the description`,
        );
      }
      this.#waiting.push(candidate);
      return undefined;
    }
    if ((this.#unlikely?.length ?? 0) + this.#pace.waitingCount >= MAX_WAITING_CANDIDATES) {
      return refuse('bad-candidate', `more than ${MAX_WAITING_CANDIDATES} candidates at once`);
    }
    if (this.#unlikely !== undefined && isInAnotherNetwork(candidate, networkInterfaces()))
      this.#unlikely.push(candidate);
    else if (isHidden(candidate)) this.#takeName(candidate);
    else if (this.#leadsAround && isRelayedOverStream(candidate)) this.#takeDetour(candidate);
    else if (isCheckedAtOnce(candidate)) this.#pace.add(candidate);
    else this.#handOn(candidate);
    return undefined;
  }

  /** Hands on nothing more. May be called twice. */
  close(): void {
    this.#closed = true;
    this.#cancelUnlikely();
    this.#pace.close();
    for (const detour of this.#detours) detour.close();
  }

  #takeName(candidate: string): void {
    if (this.#nameCount++ < MAX_NAMES) this.#handOn(candidate);
  }

  #takeDetour(candidate: string): void {
    if (this.#detours.length >= MAX_DETOURS) return;
    const detour = new RelayDetour(endpointOf(candidate), this.#password, ({ address, port }) => {
      if (!this.#closed) this.#pace.add(movedTo(candidate, address, port));
    });
    this.#detours.push(detour);
  }
}
