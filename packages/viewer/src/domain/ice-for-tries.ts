import type { IceServer } from '@perch/protocol';
import { IceServerCache } from './ice-server-cache.ts';
import type { Clock, FetchIceServers } from './ports.ts';
import { relaysForTry } from './relays-for-try.ts';

/** Which ICE servers a try to connect gets: the last that the server told, and of their relays the kind whose turn it is. */
export class IceForTries {
  readonly #oldServers: IceServerCache;
  #servers: readonly IceServer[] | Promise<readonly IceServer[]> = [];
  /** Connections in a row that never showed a picture. */
  #inVain = 0;

  constructor(ports: { clock: Clock; fetchIceServers: FetchIceServers }) {
    this.#oldServers = new IceServerCache(ports);
  }

  /** Takes those of `joined`; an old server, which sends none, is asked. */
  take(servers: readonly IceServer[] | undefined): void {
    this.#servers = servers ?? this.#oldServers.get();
  }

  forTry(): readonly IceServer[] | Promise<readonly IceServer[]> {
    const servers = this.#servers;
    const inVain = this.#inVain;
    return 'then' in servers
      ? servers.then((fetched) => relaysForTry(fetched, inVain))
      : relaysForTry(servers, inVain);
  }

  /** The last try came to nothing. */
  handleInVain(): void {
    this.#inVain += 1;
  }

  handlePicture(): void {
    this.#inVain = 0;
  }

  /** Ends a request that is under way. */
  close(): void {
    this.#oldServers.close();
  }
}
