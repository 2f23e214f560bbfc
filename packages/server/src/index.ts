/** The signaling server: brings broadcasters and viewers together. `startServer` is the way in. */

export { type RunningServer, startServer } from './server.ts';
export type { ServerOptions, TurnOptions } from './server-options.ts';
export { ServerStartError, type ServerStartReason } from './server-start-error.ts';
