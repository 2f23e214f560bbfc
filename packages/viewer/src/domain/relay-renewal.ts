import { Alarm } from './alarm.ts';
import type { Clock, Route } from './ports.ts';

/** Where it can't be done now - no server, no newer credentials - or comes to nothing, it is tried again this often. */
const AGAIN_MS = 1_000;

interface Watched {
  route(): Promise<Route | undefined>;
}

/**
 * Watches over the newest connection: when the TURN credentials that it was made with near their end and it is relayed
 * then, it asks for a new connection (SPEC.md, ICE8). Some TURN services cut off who is relayed with an expired login.
 */
export class RelayRenewal {
  readonly #alarm: Alarm;
  readonly #clock: Clock;
  /** Asks for a new connection where that is possible now and has not been done. */
  readonly #onDue: () => void;
  #watched: Watched | undefined;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#alarm = new Alarm(clock);
    this.#onDue = onDue;
  }

  /** `renewAt`: on the clock; undefined where the credentials do not expire. */
  watch(connection: Watched, renewAt: number | undefined): void {
    this.clear();
    if (renewAt === undefined) return;
    this.#watched = connection;
    this.#setAlarm(Math.max(0, renewAt - this.#clock.now()));
  }

  clear(): void {
    this.#watched = undefined;
    this.#alarm.clear();
  }

  #setAlarm(ms: number): void {
    this.#alarm.set(ms, () => void this.#check());
  }

  async #check(): Promise<void> {
    const watched = this.#watched;
    const route = await watched?.route();
    // Another connection took its place meanwhile, or the session has ended.
    if (watched === undefined || this.#watched !== watched) return;
    this.#setAlarm(AGAIN_MS);
    if (route === 'relayed') this.#onDue();
  }
}
