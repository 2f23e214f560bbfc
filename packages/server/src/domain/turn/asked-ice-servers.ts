/**
 * TURN for each session from a service that is asked over a network. Nobody waits for it: a session begins with
 * credentials from the stock, or with STUN alone, and is told of TURN as soon as there is some.
 */
import type { Cancel, Scheduler } from '../scheduler.ts';
import { CredentialStock } from './credential-stock.ts';
import { type Credentials, makeCredentials, stateWith, stateWithout, usernamesOf } from './credentials.ts';
import type { IceRole, IceServerSession, IceServerSource, IceServerState } from './ice-session.ts';
import { Revocations } from './revocations.ts';
import type { AskedTurn, MintRequest, TurnEvent } from './turn-provider.ts';
import { TurnSession } from './turn-session.ts';
import { REQUEST_TIMEOUT_MS, TurnUpstream } from './turn-upstream.ts';

/** Who comes by HTTP does not come back for more. */
export const ONCE_TTL_SECONDS = 2 * 60 * 60;
/** The share of the budget that is left for sessions by the stock and by who asks over HTTP. */
const RESERVE = 0.5;

interface AskedIceServersComponents {
  readonly provider: AskedTurn;
  /** A viewer's; a broadcaster's live twice as long. */
  readonly ttlSeconds: number;
  readonly scheduler: Scheduler;
  /** 0 to 1, exclusive. */
  readonly random: () => number;
  /** Not to be guessed. */
  readonly randomId: () => string;
  readonly report: (event: TurnEvent) => void;
}

export class AskedIceServers implements IceServerSource {
  readonly #components: AskedIceServersComponents;
  readonly #upstream: TurnUpstream;
  readonly #revocations: Revocations;
  readonly #stock = new CredentialStock();
  /** Who waits for credentials, in the order in which they asked: those without TURN go before renewals. */
  readonly #without = new Set<TurnSession>();
  readonly #renewing = new Set<TurnSession>();
  readonly #minting = new Set<TurnSession>();
  #onFirstOutcome: (() => void) | undefined;
  #reason = 'TURN credentials have not been fetched yet';
  #cancelPump: Cancel | undefined;
  #cancelStale: Cancel | undefined;
  #hasMinted = false;
  #closed = false;

  constructor(components: AskedIceServersComponents) {
    this.#components = components;
    this.#upstream = new TurnUpstream(components);
    this.#revocations = new Revocations(components);
  }

  start(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#components.scheduler.after(REQUEST_TIMEOUT_MS, resolve);
      this.#onFirstOutcome = () => {
        cancel();
        resolve();
      };
      this.#pump();
    });
  }

  open(role: IceRole, onRenewed: (state: IceServerState) => void): IceServerSession {
    const { ttlSeconds, scheduler, randomId, report } = this.#components;
    const session = new TurnSession({
      request: { id: randomId(), ttlSeconds: role === 'broadcaster' ? 2 * ttlSeconds : ttlSeconds },
      scheduler,
      onRenewed,
      onWanting: (wanting) => this.#handleWanting(wanting),
      onClosed: (closed, usernames) => this.#handleClosed(closed, usernames),
      reason: () => this.#reason,
    });
    const ready = this.#stock.take(scheduler.now());
    if (ready !== undefined) session.give(ready);
    if (ready === undefined) this.#without.add(session);
    // Viewers count on a broadcaster's credentials to outlive their own; those in stock are made for viewers.
    else if (role === 'broadcaster') this.#renewing.add(session);
    this.#pump();
    if (ready === undefined) report({ type: 'without-turn', reason: this.#reason });
    return session;
  }

  async once(joined = false): Promise<IceServerSession> {
    const permit = this.#upstream.permit(joined ? 0 : RESERVE);
    if (this.#closed || !permit.ok) return this.#onceWithout(permit.ok ? this.#reason : permit.reason);
    const minted = await this.#mint({ id: this.#components.randomId(), ttlSeconds: ONCE_TTL_SECONDS });
    // Sessions wait for it where it was the one request that a service which failed is tried with.
    this.#pump();
    if (minted === undefined) return this.#onceWithout(this.#reason);
    return {
      current: stateWith(minted, this.#components.scheduler.now()),
      close: (how) => {
        if (how === 'gone') this.#revocations.add(usernamesOf(minted));
      },
    };
  }

  get state(): { readonly available: boolean; readonly reason?: string } {
    if (this.#hasMinted && this.#upstream.failure === undefined) return { available: true };
    return { available: !this.#stock.isEmpty, reason: this.#upstream.failure ?? this.#reason };
  }

  close(): void {
    this.#closed = true;
    this.#cancelPump?.();
    this.#cancelStale?.();
    this.#upstream.close();
    this.#revocations.close();
    this.#onFirstOutcome?.();
  }

  #onceWithout(reason: string): IceServerSession {
    this.#components.report({ type: 'without-turn', reason });
    return { current: stateWithout(reason), close: () => undefined };
  }

  #handleWanting(session: TurnSession): void {
    const { available } = session.current;
    if (!available) this.#components.report({ type: 'without-turn', reason: this.#reason });
    if (this.#minting.has(session)) return;
    this.#renewing.delete(session);
    (available ? this.#renewing : this.#without).add(session);
    this.#pump();
  }

  #handleClosed(session: TurnSession, usernames: readonly string[]): void {
    this.#without.delete(session);
    this.#renewing.delete(session);
    this.#revocations.add(usernames);
  }

  /** Asks for all that is wanted, as far as the upstream permits. */
  #pump(): void {
    if (this.#closed) return;
    this.#cancelPump?.();
    this.#stock.dropStale(this.#components.scheduler.now());
    this.#watchStale();
    for (;;) {
      const [session] = this.#without.size > 0 ? this.#without : this.#renewing;
      if (session === undefined && !this.#stock.isShort) return;
      const permit = this.#upstream.permit(session ? 0 : RESERVE);
      if (!permit.ok) {
        if (session) this.#reason = permit.reason;
        if (permit.retryInMs !== undefined) this.#pumpAfter(permit.retryInMs);
        return;
      }
      if (session === undefined) void this.#mintForStock();
      else void this.#mintFor(session);
    }
  }

  async #mintFor(session: TurnSession): Promise<void> {
    this.#without.delete(session);
    this.#renewing.delete(session);
    this.#minting.add(session);
    const minted = await this.#mint(session.request);
    this.#minting.delete(session);
    if (this.#closed) return;
    if (session.isClosed) {
      if (minted) this.#revocations.add(usernamesOf(minted));
    } else if (minted) session.renew(minted);
    else (session.current.available ? this.#renewing : this.#without).add(session);
    this.#pump();
  }

  async #mintForStock(): Promise<void> {
    const { ttlSeconds, randomId } = this.#components;
    this.#stock.handleMinting();
    this.#stock.handleMinted(await this.#mint({ id: randomId(), ttlSeconds }));
    this.#pump();
  }

  async #mint(request: MintRequest): Promise<Credentials | undefined> {
    const mintedAtMs = this.#components.scheduler.now();
    const result = await this.#upstream.mint(request);
    if (result.ok) this.#hasMinted = true;
    else this.#reason = result.reason;
    this.#onFirstOutcome?.();
    if (!result.ok) return undefined;
    return makeCredentials(result.iceServers, { mintedAtMs, ttlSeconds: request.ttlSeconds, expires: true });
  }

  #pumpAfter(delayMs: number): void {
    this.#cancelPump = this.#components.scheduler.after(delayMs, () => this.#pump());
  }

  #watchStale(): void {
    this.#cancelStale?.();
    const staleInMs = this.#stock.staleInMs(this.#components.scheduler.now());
    if (staleInMs === undefined) return;
    this.#cancelStale = this.#components.scheduler.after(staleInMs, () => this.#pump());
  }
}
