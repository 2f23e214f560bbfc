import { type ServerMessageOf, toErrorCode } from '@perch/protocol';
import type { EndReason } from './status.ts';

/** What an `error` means for a viewer (SPEC.md, ERR rules). */
export type ErrorVerdict =
  /** There is no camera now; there may be later. */
  | { readonly verdict: 'no-camera' }
  /** The server stops, and is to be looked for again. */
  | { readonly verdict: 'server-leaves' }
  /** Trying again would end in the same way. */
  | { readonly verdict: 'over'; readonly why: EndReason; readonly detail?: string }
  /** One message came to nothing: its peer has just left, or the server does not know pings. */
  | { readonly verdict: 'one-message' };

/** The message of servers that send no `code`. */
const OLD_STREAM_NOT_AVAILABLE = 'Stream not available';

export function judgeError({ code: sent, message }: ServerMessageOf<'error'>): ErrorVerdict {
  if (sent === undefined && message === OLD_STREAM_NOT_AVAILABLE) return { verdict: 'no-camera' };
  const code = toErrorCode(sent);
  switch (code) {
    case 'stream-not-available':
      return { verdict: 'no-camera' };
    case 'server-closing':
    case 'rate-limited':
    case 'too-many-connections':
    case 'idle':
      return { verdict: 'server-leaves' };
    case 'replaced':
    case 'bad-stream-id':
    case 'too-many-viewers':
    case 'not-acceptable':
    case 'token-missing':
    case 'token-invalid':
    case 'token-expired':
    case 'token-revoked':
    case 'forbidden':
    case 'too-many-streams':
      return { verdict: 'over', why: code };
    case 'bad-sdp':
      // Our answer was refused, and the next one would be the same.
      return { verdict: 'over', why: 'not-acceptable' };
    case 'refused':
      return { verdict: 'over', why: code, detail: message };
    case 'bad-json':
    case 'too-large':
    case 'unknown-type':
    case 'bad-message':
    case 'bad-candidate':
    case 'unknown-peer':
    case 'wrong-role':
      return { verdict: 'one-message' };
    default:
      return code satisfies never;
  }
}
