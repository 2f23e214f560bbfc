/** What a server is told at its start. Where the values come from (argv, environment, files) is the caller's. */
import type { Logger } from 'pino';
import type { CloudflareTurnOptions } from './adapters/turn/cloudflare-turn.ts';
import type { SharedSecretTurnOptions } from './adapters/turn/shared-secret-turn.ts';
import type { StaticTurnOptions } from './adapters/turn/static-turn.ts';
import type { Authority } from './domain/access/authority.ts';
import type { LinkStore } from './domain/access/link-sharing.ts';
import type { Limits } from './domain/limits/limits.ts';

export interface ServerOptions {
  /** `0.0.0.0` for every IPv4 address, `::` for IPv6 too. */
  readonly host: string;
  /** 0 takes any free one; RunningServer says which. */
  readonly port: number;
  /** The built viewer: index.html, and assets/ with a hash in every name. */
  readonly siteDirectory: string;
  /** Who may publish and watch. Closed by its owner. */
  readonly authority: Authority;
  /** Where the links are kept that viewers make; without it nobody may make any. */
  readonly links?: LinkStore;
  readonly turn: TurnOptions;
  /** Those that are not the default. */
  readonly limits?: Partial<Limits>;
  /** Origins of pages elsewhere that may use the server, and an open server's own by a public name; `*` is every page. */
  readonly allowedOrigins?: readonly string[];
  /** Addresses and networks of proxies whose X-Forwarded-For counts. */
  readonly trustedProxies?: readonly string[];
  /** Lets programs elsewhere read /metrics. */
  readonly metricsToken?: string;
  readonly log: Logger;
}

export type TurnOptions =
  /** No STUN either: peers of one LAN. */
  | { readonly kind: 'none' }
  /** Public STUN servers; no relay. */
  | { readonly kind: 'stun' }
  | ({ readonly kind: 'cloudflare' } & CloudflareTurnOptions & TurnLifetime)
  /** A TURN server of one's own, with credentials made for each session. */
  | ({ readonly kind: 'shared-secret' } & SharedSecretTurnOptions & TurnLifetime)
  /** A TURN server with one user name and password for everyone. */
  | ({ readonly kind: 'static' } & StaticTurnOptions);

export interface TurnLifetime {
  /** For how long a viewer's credentials are good; a broadcaster's for twice as long. Default 600. */
  readonly ttlSeconds?: number;
}
