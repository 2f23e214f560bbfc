/** The wire contract between broadcaster, server and viewer. SPEC.md beside this package is its text. */

export { decodeClientMessage, decodeServerMessage } from './decode.ts';
export {
  checkRelayableCandidate,
  checkRelayableSdp,
  checkUsableCandidate,
  checkUsableSdp,
} from './description.ts';
export { ERROR_CODES, type ErrorCode, toErrorCode } from './error-code.ts';
export { oneLine, stackOf } from './error-text.ts';
export { type IceServer, IceServersSchema, readTurnCredentials } from './ice-server.ts';
export { type IceUrl, parseIceUrl } from './ice-url.ts';
export * from './limits.ts';
export type { ClientMessage, ClientMessageOf, IceFields, ServerMessage, ServerMessageOf } from './message.ts';
export { type Refusal, type Result, refuse } from './result.ts';
export {
  decodeTimeStrip,
  encodeTimeStrip,
  readTimeStrip,
  TIME_STRIP_CELLS,
  TIME_STRIP_LUMA,
  timeStripAge,
  timeStripColumn,
  timeStripHeight,
} from './time-strip.ts';
export { isTokenName, MAX_TOKEN_NAME_CHARS } from './token-name.ts';
