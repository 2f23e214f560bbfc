/**
 * The addresses of STUN and TURN servers, looked up once for all viewers and ahead of them.
 *
 * libjuice looks a name up in a thread of its own for each connection, and can't end the connection before the answer
 * is in: where DNS does not answer, everyone who comes and goes holds a thread and seven files for ten seconds. Here a
 * name is looked up once; as long as its address is not known the name itself is handed on, and a server whose name has
 * no address is left out until it has one.
 */
import { oneLine } from '@perch/protocol';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';

/** Services move rarely; one that has moved is found again without a restart. */
export const LOOK_UP_AGAIN_MS = 5 * 60_000;

/** A camera often starts before its network does. */
export const RETRY_MS = 10_000;

/** Rejects when the name has no address. */
export type LookUp = (hostname: string) => Promise<string>;

export interface IceHostsComponents {
  readonly lookUp: LookUp;
  readonly clock: Clock;
  readonly log: Logger;
}

type Host =
  | { readonly state: 'asked' }
  | { readonly state: 'known'; readonly address: string; readonly askAgainAtMs: number }
  | { readonly state: 'unknown'; readonly askAgainAtMs: number };

export class IceHosts {
  readonly #components: IceHostsComponents;
  readonly #hosts = new Map<string, Host>();

  constructor(components: IceHostsComponents) {
    this.#components = components;
  }

  /** What to connect to: the address, the name while that is not known, or undefined when there is none. */
  find(hostname: string): string | undefined {
    const host = this.#hosts.get(hostname);
    const now = this.#components.clock.nowMs();
    if (host === undefined || (host.state !== 'asked' && host.askAgainAtMs <= now)) this.#ask(hostname, host);
    switch (host?.state) {
      case undefined:
      case 'asked':
        return hostname;
      case 'known':
        return host.address;
      case 'unknown':
        return undefined;
    }
  }

  #ask(hostname: string, before: Host | undefined): void {
    const { lookUp, clock, log } = this.#components;
    // What was known counts until the answer is in, and nobody asks twice.
    this.#hosts.set(
      hostname,
      before === undefined || before.state === 'asked'
        ? { state: 'asked' }
        : { ...before, askAgainAtMs: Number.POSITIVE_INFINITY },
    );
    lookUp(hostname).then(
      (address) => {
        this.#hosts.set(hostname, {
          state: 'known',
          address,
          askAgainAtMs: clock.nowMs() + LOOK_UP_AGAIN_MS,
        });
      },
      (error: unknown) => {
        const reason = oneLine(error);
        if (before?.state !== 'unknown') log.warn({ reason }, 'a STUN or TURN server is not found');
        const askAgainAtMs = clock.nowMs() + RETRY_MS;
        // An address that worked is more than none.
        this.#hosts.set(
          hostname,
          before?.state === 'known' ? { ...before, askAgainAtMs } : { state: 'unknown', askAgainAtMs },
        );
      },
    );
  }
}
