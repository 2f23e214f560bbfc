/** TURN for each session where nobody needs to be asked: the credentials are computed, or are always the same. */
import type { Scheduler } from '../scheduler.ts';
import { ONCE_TTL_SECONDS } from './asked-ice-servers.ts';
import { type Credentials, makeCredentials, stateWith } from './credentials.ts';
import type { IceRole, IceServerSession, IceServerSource, IceServerState } from './ice-session.ts';
import type { ComputedTurn, MintRequest, TurnEvent } from './turn-provider.ts';
import { TurnSession } from './turn-session.ts';

interface ComputedIceServersComponents {
  readonly provider: ComputedTurn;
  /** A viewer's; a broadcaster's live twice as long. */
  readonly ttlSeconds: number;
  readonly scheduler: Scheduler;
  readonly randomId: () => string;
  readonly report: (event: TurnEvent) => void;
}

export class ComputedIceServers implements IceServerSource {
  readonly #components: ComputedIceServersComponents;
  #closed = false;

  readonly state = { available: true };

  constructor(components: ComputedIceServersComponents) {
    this.#components = components;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  open(role: IceRole, onRenewed: (state: IceServerState) => void): IceServerSession {
    const { ttlSeconds, scheduler, randomId } = this.#components;
    const session = new TurnSession({
      request: { id: randomId(), ttlSeconds: role === 'broadcaster' ? 2 * ttlSeconds : ttlSeconds },
      scheduler,
      onRenewed,
      onWanting: (wanting) => {
        if (!this.#closed) wanting.renew(this.#mint(wanting.request));
      },
      onClosed: () => undefined,
      reason: () => 'TURN credentials have expired',
    });
    session.give(this.#mint(session.request));
    return session;
  }

  once(): Promise<IceServerSession> {
    const { scheduler, randomId } = this.#components;
    const credentials = this.#mint({ id: randomId(), ttlSeconds: ONCE_TTL_SECONDS });
    return Promise.resolve({ current: stateWith(credentials, scheduler.now()), close: () => undefined });
  }

  close(): void {
    this.#closed = true;
  }

  #mint(request: MintRequest): Credentials {
    const { provider, scheduler, report } = this.#components;
    const { iceServers, expires } = provider.mint(request);
    report({ type: 'minted' });
    return makeCredentials(iceServers, {
      mintedAtMs: scheduler.now(),
      ttlSeconds: request.ttlSeconds,
      expires,
    });
  }
}
