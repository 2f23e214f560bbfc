/**
 * Our candidates on their way to a viewer who answers our offer: none before its answer is in, and the addresses of this
 * machine later still. Owns a timer while those wait.
 *
 * While the answer is being taken in, one connection in 150 fails where the viewer has candidates of ours
 * (bench/RESULTS.md). The addresses of this machine are held until the connection stands, or did not come about by the
 * viewer's alone within HOLD_HOSTS_MS: a viewer who has them sooner may find its way to us before we find ours to it. libjuice
 * answers its check by one of its own after 50 ms, and a viewer who begins the handshake meanwhile loses the first DTLS
 * packet, which costs a browser 50 ms more and a libdatachannel a second. They are not held from a browser that hides its own
 * behind names: there its way to us is the only one. What a STUN or TURN server told us goes at once: through routers the
 * viewer's candidates alone rarely do, and a relay of the viewer's lets nothing of ours through before it knows our address.
 */
import { networkInterfaces } from 'node:os';
import type { Clock } from '../domain/clock.ts';
import { isOfThisMachine } from './candidate-reach.ts';

/** For so long the addresses of this machine wait for the viewer's to be enough. */
const HOLD_HOSTS_MS = 50;

interface HeldCandidate {
  readonly candidate: string;
  readonly mid: string;
}

export class LocalCandidates {
  readonly #clock: Clock;
  readonly #handOn: (candidate: string, mid: string) => void;
  #held: HeldCandidate[] = [];
  #isAnswered = false;
  #hostsMayGo = false;
  #cancelHold = (): void => undefined;

  /** `handOn` gives a candidate to the viewer. */
  constructor(clock: Clock, handOn: (candidate: string, mid: string) => void) {
    this.#clock = clock;
    this.#handOn = handOn;
  }

  add(candidate: string, mid: string): void {
    this.#held.push({ candidate, mid });
    this.#letGo();
  }

  /** The viewer's answer is in. */
  begin(): void {
    this.#isAnswered = true;
    if (!this.#hostsMayGo) this.#cancelHold = this.#clock.after(HOLD_HOSTS_MS, () => this.letHostsGo());
    this.#letGo();
  }

  /** The addresses of this machine are held no longer; the answer is waited for all the same. */
  letHostsGo(): void {
    this.#cancelHold();
    this.#hostsMayGo = true;
    this.#letGo();
  }

  /** Hands on nothing more by itself. May be called twice. */
  close(): void {
    this.#cancelHold();
  }

  #letGo(): void {
    if (!this.#isAnswered) return;
    const interfaces = networkInterfaces();
    const isHeld = ({ candidate }: HeldCandidate): boolean =>
      !this.#hostsMayGo && isOfThisMachine(candidate, interfaces);
    const going = this.#held.filter((held) => !isHeld(held));
    this.#held = this.#held.filter(isHeld);
    for (const { candidate, mid } of going) this.#handOn(candidate, mid);
  }
}
