/** The state of a stream's room and of the connections in it. Data only; the rules are in rooms.ts and relay.ts. */

import type { Peer } from './peer.ts';
import type { IceServerSession } from './turn/ice-session.ts';

/** One connection: who is at its end and what it is now. */
export interface Member {
  readonly peer: Peer;
  /** Tells one connection from another in the log. */
  readonly connectionId: string;
  /** As a viewer it makes the offer, and the broadcaster answers it (SPEC.md, WHEP4). */
  readonly offers: boolean;
  standing: Standing;
  /** As a broadcaster it was asked for a still picture; that message is not counted by its length (SPEC.md, SNAP3). */
  owesSnapshot: boolean;
  /** Its STUN and TURN servers, once it is a broadcaster or a viewer. */
  iceServers: IceServerSession | undefined;
}

export type Standing =
  /** Connected; has neither registered nor joined. */
  | { readonly role: 'guest' }
  | { readonly role: 'broadcaster'; readonly room: Room }
  | { readonly role: 'viewer'; readonly room: Room; readonly viewer: Viewer }
  /** Closed, or replaced and closing: whatever it still sends changes nothing. */
  | { readonly role: 'gone' };

export interface Viewer {
  readonly id: string;
  readonly member: Member;
  /** Some broadcaster was told of it and may hold a connection to it (SPEC.md, RESUME3). */
  announced: boolean;
  /** The id that it had until it joined this stream again on the same socket (SPEC.md, JOIN8). */
  readonly replaces: string | undefined;
}

/** Exists as long as someone is in it. */
export interface Room {
  readonly streamId: string;
  broadcaster: Member | undefined;
  readonly viewers: Map<string, Viewer>;
}
