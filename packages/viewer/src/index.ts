/** The viewer's rules without a page: for other players built on the same ports. The page itself is `main.ts`. */

export { Player } from './domain/player.ts';
export type * from './domain/ports.ts';
export { type ConnectingStep, describeStatus, type EndReason, type Status } from './domain/status.ts';
export { streamOfLink } from './domain/stream-link.ts';
export { WatchSession } from './domain/watch-session.ts';
