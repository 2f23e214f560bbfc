/** `<perch-player>` for bundlers, and the viewer's rules without a page, for other players built on the same ports. */
export { Player } from './domain/player.ts';
export type * from './domain/ports.ts';
export { linkTo, parseSource, type Source } from './domain/source.ts';
export type { ConnectingStep, EndReason, Status } from './domain/status.ts';
export { streamOfLink } from './domain/stream-link.ts';
export { WatchSession } from './domain/watch-session.ts';
export { PerchPlayer } from './player/perch-player.ts';
export { describeStatus } from './text/describe-status.ts';
export { type Text, textFor } from './text/text.ts';
