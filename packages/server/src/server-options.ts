/** What a server is told at its start. Where the values come from (argv, environment, files) is the caller's. */
import type { Logger } from 'pino';
import type { CloudflareTurnOptions } from './adapters/cloudflare/cloudflare-turn.ts';
import type { SharedSecretTurnOptions } from './adapters/coturn/shared-secret-turn.ts';

export interface ServerOptions {
  /** `0.0.0.0` for every IPv4 address, `::` for IPv6 too. */
  readonly host: string;
  /** 0 takes any free one; RunningServer says which. */
  readonly port: number;
  /** The built viewer: index.html, and assets/ with a hash in every name. */
  readonly siteDirectory: string;
  readonly turn: TurnOptions;
  readonly log: Logger;
}

export type TurnOptions =
  /** No STUN either: peers of one LAN. */
  | { readonly kind: 'none' }
  /** Public STUN servers; no relay. */
  | { readonly kind: 'stun' }
  | ({ readonly kind: 'cloudflare' } & CloudflareTurnOptions)
  /** A TURN server of one's own. */
  | ({ readonly kind: 'shared-secret' } & SharedSecretTurnOptions);
