/** The ICE servers of one broadcaster or viewer, renewed at half of their life. One timer. */
import type { Cancel, Scheduler } from '../scheduler.ts';
import { type Credentials, stateWith, stateWithout, usableForMs, usernamesOf } from './credentials.ts';
import type { IceServerSession, IceServerState } from './ice-session.ts';
import type { MintRequest } from './turn-provider.ts';

interface TurnSessionComponents {
  readonly request: MintRequest;
  readonly scheduler: Scheduler;
  readonly onRenewed: (state: IceServerState) => void;
  /** It needs credentials: now, or with half of its last ones' life to spare. */
  readonly onWanting: (session: TurnSession) => void;
  readonly onClosed: (session: TurnSession, usernamesToRevoke: readonly string[]) => void;
  /** Why there is no TURN right now. */
  readonly reason: () => string;
}

export class TurnSession implements IceServerSession {
  readonly #components: TurnSessionComponents;
  #held: Credentials | undefined;
  /** All that may still be in use: a relayed connection goes on with those that it was made with. */
  #given: readonly Credentials[] = [];
  #cancelNext: Cancel | undefined;
  #closed = false;

  constructor(components: TurnSessionComponents) {
    this.#components = components;
  }

  get request(): MintRequest {
    return this.#components.request;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get current(): IceServerState {
    const nowMs = this.#components.scheduler.now();
    const held = this.#held;
    if (held !== undefined && usableForMs(held, nowMs) > 0) return stateWith(held, nowMs);
    return stateWithout(this.#components.reason());
  }

  /** With what the session's first reply carries. */
  give(credentials: Credentials): void {
    const nowMs = this.#components.scheduler.now();
    this.#cancelNext?.();
    this.#held = credentials;
    const inUse = this.#given.filter(({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > nowMs);
    // Not push: it leaves room for sixteen more, which each viewer would keep.
    this.#given = inUse.concat(credentials);
    if (credentials.expiresAtMs === undefined) return;
    this.#after((credentials.expiresAtMs - nowMs) / 2, () => this.#handleHalfOver(credentials));
  }

  renew(credentials: Credentials): void {
    this.give(credentials);
    this.#components.onRenewed(this.current);
  }

  close(how: 'gone' | 'media-goes-on'): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelNext?.();
    const usernames = new Set(this.#given.flatMap(usernamesOf));
    this.#components.onClosed(this, how === 'gone' ? [...usernames] : []);
  }

  #handleHalfOver(credentials: Credentials): void {
    const { scheduler, onRenewed, onWanting } = this.#components;
    this.#after(usableForMs(credentials, scheduler.now()), () => {
      onWanting(this);
      onRenewed(this.current);
    });
    onWanting(this);
  }

  #after(delayMs: number, task: () => void): void {
    this.#cancelNext = this.#components.scheduler.after(delayMs, task);
  }
}
