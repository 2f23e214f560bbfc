/**
 * What the rooms and connections report to whoever keeps the log and the counters. `connection` is the same in every
 * line of one connection's life.
 */
import type { ErrorCode } from '@perch/protocol';
import type { SendingRole } from './limits/address-book.ts';
import type { RelayedMessage } from './relay.ts';

export type RoomEvent =
  | {
      readonly type: 'broadcaster-registered';
      readonly connection: string;
      readonly streamId: string;
      readonly replaced: boolean;
    }
  | { readonly type: 'broadcaster-left'; readonly connection: string; readonly streamId: string }
  | {
      readonly type: 'viewer-joined';
      readonly connection: string;
      readonly streamId: string;
      readonly viewerId: string;
      readonly resumed: boolean;
    }
  | {
      readonly type: 'viewer-left';
      readonly connection: string;
      readonly streamId: string;
      readonly viewerId: string;
    }
  /** A message, a request or a whole session was refused; `request` says what for. */
  | { readonly type: 'refused'; readonly code: EventCode; readonly request: RefusedRequest }
  | { readonly type: 'relayed'; readonly message: RelayedMessage['type'] }
  /** A viewer's answer is on its way to the broadcaster, so long after its join. */
  | { readonly type: 'answered'; readonly afterMs: number }
  /** A viewer shows a picture, as it says. */
  | { readonly type: 'connected'; readonly route: 'direct' | 'relayed' }
  /** A viewer made a link for somebody else. */
  | { readonly type: 'link-made'; readonly streamId: string }
  /** A connection was ended by us, for the reason that `code` names. `guest`: it had neither registered nor joined. */
  | {
      readonly type: 'ended';
      readonly connection: string;
      readonly role: 'guest' | SendingRole;
      readonly code: EventCode;
    };

/** Why: what the peer was told, or what it could not be told. */
export type EventCode = ErrorCode | UntoldCode;

export type UntoldCode =
  /** Connected, and sent no whole request in time. */
  | 'no-request'
  /** Too much waited for it, or for too long. */
  | 'not-reading'
  /** Did not answer pings. */
  | 'silent'
  | 'too-many-fragments'
  /** What RFC 6455 does not allow. */
  | 'bad-frame';

/**
 * `tcp` and `connection`: a TCP connection, and a WebSocket, before it could say anything. `http`: a request that is none
 * of the others. What WHEP asks for is a `join` or `relay` like on a socket.
 */
export type RefusedRequest = 'register' | 'join' | 'relay' | 'other' | 'link' | 'http' | 'connection' | 'tcp';
