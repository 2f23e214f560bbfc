import type { IceServer } from '@perch/protocol';
import type { Clock, FetchIceServers } from './ports.ts';

/** An old server asks its TURN provider at each request: do not make it do so at each `join`. */
const FRESH_MS = 10 * 60_000;

/**
 * STUN and TURN servers of a server that does not send them with `joined`. Never rejects: without TURN most viewers
 * still connect, so a failure gives none, and is not kept.
 */
export class IceServerCache {
  readonly #clock: Clock;
  readonly #fetch: FetchIceServers;
  #last:
    | {
        readonly at: number;
        readonly abort: AbortController;
        readonly servers: Promise<readonly IceServer[]>;
      }
    | undefined;

  constructor({ clock, fetchIceServers }: { clock: Clock; fetchIceServers: FetchIceServers }) {
    this.#clock = clock;
    this.#fetch = fetchIceServers;
  }

  get(): Promise<readonly IceServer[]> {
    const at = this.#clock.now();
    if (this.#last && at - this.#last.at < FRESH_MS) return this.#last.servers;
    const abort = new AbortController();
    const servers = this.#fetch(abort.signal).catch(() => {
      if (this.#last?.abort === abort) this.#last = undefined;
      return [];
    });
    this.#last = { at, abort, servers };
    return servers;
  }

  close(): void {
    this.#last?.abort.abort();
    this.#last = undefined;
  }
}
