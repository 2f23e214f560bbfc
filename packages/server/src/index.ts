/** The signaling server: brings broadcasters and viewers together. `startServer` is the way in. */

export { createClosedAuthority, openAuthority, openTokenStore } from './adapters/access/authorities.ts';
export { StateFolderError, type StateFolderReason } from './adapters/access/state-folder-error.ts';
export type { Issued, TokenEntry, TokenRequest, TokenStore } from './adapters/access/token-store.ts';
export type { Authority, Grant, Right } from './domain/access/authority.ts';
export type { LinkStore } from './domain/access/link-sharing.ts';
export { type RunningServer, startServer } from './server.ts';
export type { ServerOptions, TurnOptions } from './server-options.ts';
export { ServerStartError, type ServerStartReason } from './server-start-error.ts';
