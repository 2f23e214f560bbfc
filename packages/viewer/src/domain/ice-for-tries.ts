import type { IceServer, ServerMessageOf } from '@perch/protocol';
import { IceServerCache } from './ice-server-cache.ts';
import type { Clock, FetchIceServers } from './ports.ts';
import { relaysForTry } from './relays-for-try.ts';

/** A new connection takes a second or two; with the shortest sensible life there is that much left. */
const RENEW_SHARE = 0.8;

type IceFields = Pick<ServerMessageOf<'ice-servers'>, 'ice_servers' | 'ice_ttl' | 'turn_unavailable'>;

/** Which ICE servers a try to connect gets: the last that the server told, and of their relays the kind whose turn it is. */
export class IceForTries {
  readonly #oldServers: IceServerCache;
  readonly #clock: Clock;
  #servers: readonly IceServer[] | Promise<readonly IceServer[]> = [];
  #renewAt: number | undefined;
  #noRelay: string | undefined;
  #triedRelay = false;
  #triedRenewAt: number | undefined;
  /** Connections in a row that never showed a picture, though they had relays. */
  #inVain = 0;

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
    const servers = this.#servers;
    const inVain = this.#inVain;
    this.#triedRelay = this.#noRelay === undefined;
    this.#triedRenewAt = this.#renewAt;
    return 'then' in servers
      ? servers.then((fetched) => relaysForTry(fetched, inVain))
      : relaysForTry(servers, inVain);
  }

  /** The last try came to nothing. */
  handleInVain(): void {
    if (this.#triedRelay) this.#inVain += 1;
  }

  handlePicture(): void {
    this.#inVain = 0;
  }

  /** Ends a request that is under way. */
  close(): void {
    this.#oldServers.close();
  }
}
