import type { IceFields, IceServer } from '@perch/protocol';
import { IceServerCache } from './ice-server-cache.ts';
import type { Clock, FetchIceServers } from './ports.ts';

/** A new connection takes a second or two; with the shortest sensible life there is that much left. */
const RENEW_SHARE = 0.8;

/** The STUN and TURN servers that the server told last, for the next try to connect, and what the last try had of them. */
export class IceServers {
  readonly #oldServers: IceServerCache;
  readonly #clock: Clock;
  #servers: readonly IceServer[] | Promise<readonly IceServer[]> = [];
  #renewAt: number | undefined;
  #noRelay: string | undefined;
  #triedRelay = false;
  #triedRenewAt: number | undefined;

  constructor(ports: { clock: Clock; fetchIceServers: FetchIceServers }) {
    this.#clock = ports.clock;
    this.#oldServers = new IceServerCache(ports);
  }

  /** Takes those of `joined` or `ice-servers`; an old server, which sends none, is asked. */
  take({ ice_servers: servers, ice_ttl: ttlSeconds, turn_unavailable: noRelay }: IceFields): void {
    this.#servers = servers ?? this.#oldServers.get();
    this.#renewAt = ttlSeconds && this.#clock.now() + RENEW_SHARE * ttlSeconds * 1000;
    this.#noRelay = noRelay;
  }

  /** When the last try, if it came to be relayed, is to be made anew; undefined where its login does not expire. */
  get renewAt(): number | undefined {
    return this.#triedRenewAt;
  }

  /** Why there is no relay among them. */
  get noRelay(): string | undefined {
    return this.#noRelay;
  }

  /** Whether there are relays that are good for a while. */
  get hasFreshRelay(): boolean {
    return this.#noRelay === undefined && (this.#renewAt ?? Number.POSITIVE_INFINITY) > this.#clock.now();
  }

  /** Whether the last try was made without a relay. */
  get triedWithout(): boolean {
    return !this.#triedRelay;
  }

  forTry(): readonly IceServer[] | Promise<readonly IceServer[]> {
    this.#triedRelay = this.#noRelay === undefined;
    this.#triedRenewAt = this.#renewAt;
    return this.#servers;
  }

  /** Ends a request that is under way. */
  close(): void {
    this.#oldServers.close();
  }
}
