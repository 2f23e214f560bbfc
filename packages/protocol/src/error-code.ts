/**
 * Why the server, or a broadcaster, refused something: the `code` of an `error` message (SPEC.md, ERR rules).
 * The set grows; a peer treats a code that it does not know like `refused`.
 */
export const ERROR_CODES = [
  /** The frame is not JSON, or not a JSON object. */
  'bad-json',
  /** The frame is longer than MAX_MESSAGE_CHARS. */
  'too-large',
  /** `type` is missing or names no message that a client may send. */
  'unknown-type',
  /** A field is missing, of the wrong type, too long, or holds what it must not. */
  'bad-message',
  /** `stream_id` is empty, too long, or holds control characters. */
  'bad-stream-id',
  /** The SDP is not one that can be relayed or answered. */
  'bad-sdp',
  /** The candidate is not one that can be relayed or tried. */
  'bad-candidate',
  /** No broadcaster is registered for the stream; a viewer who stays is offered it when one comes. */
  'stream-not-available',
  /** `to` names nobody whom this socket may reach. */
  'unknown-peer',
  /** The message needs a `register` or a `join` first, or the other role. */
  'wrong-role',
  /** This server wants a token, and none was given. */
  'token-missing',
  /** Not a token that this server signed. */
  'token-invalid',
  /** The token was good until a time that has passed. */
  'token-expired',
  /** The owner has taken the token back. */
  'token-revoked',
  /** The token is good, but for another stream or the other right. */
  'forbidden',
  /** Too many messages in too short a time; come back after a while. */
  'rate-limited',
  /** This address has as many connections, or joins not yet answered, as it may have. */
  'too-many-connections',
  /** The server has as many streams as it takes. */
  'too-many-streams',
  /** Connected, and neither registered nor joined in time. */
  'idle',
  /** Another broadcaster registered the same stream: this one is no longer it. */
  'replaced',
  /** The broadcaster takes no further viewer. */
  'too-many-viewers',
  /** The peers share no codec or the description cannot be used. */
  'not-acceptable',
  /** The server is going away; come back after a moment. */
  'server-closing',
  /** Refused for a reason that has no code of its own. */
  'refused',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

const known: ReadonlySet<string> = new Set(ERROR_CODES);

/** Reads a `code` off the wire: unknown or missing ones are `refused`, so that a newer peer is understood. */
export function toErrorCode(code: string | undefined): ErrorCode {
  return code !== undefined && known.has(code) ? (code as ErrorCode) : 'refused';
}
