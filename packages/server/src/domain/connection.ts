/**
 * One signaling connection, from its first frame to its end: reads frames, applies the rules, answers refusals.
 * Owns its place in a room; `end()` gives it back. Nothing that a peer sends makes it throw (SPEC.md, WIRE11).
 */
import { type ClientMessage, decodeClientMessage, type Refusal } from '@perch/protocol';
import type { Departure, Peer } from './peer.ts';
import { relay } from './relay.ts';
import type { Member } from './room.ts';
import type { RoomEvent } from './room-event.ts';
import type { Rooms } from './rooms.ts';

interface ConnectionComponents {
  readonly rooms: Rooms;
  readonly report: (event: RoomEvent) => void;
}

export class Connection {
  readonly #components: ConnectionComponents;
  readonly #member: Member;

  constructor(components: ConnectionComponents, peer: Peer) {
    this.#components = components;
    this.#member = { peer, standing: { role: 'guest' } };
  }

  handleText(text: string): void {
    if (this.#member.standing.role === 'gone') return;
    const decoded = decodeClientMessage(text);
    const refusal = decoded.ok ? this.#handle(decoded.value) : decoded;
    if (refusal === undefined) return;
    this.#components.report({ type: 'refused', code: refusal.code });
    this.#member.peer.send({ type: 'error', message: refusal.reason, code: refusal.code });
  }

  /** The socket is closed, lost or about to be closed by us. May be called twice. */
  end(how: Departure): void {
    this.#components.rooms.leave(this.#member, how);
    this.#member.standing = { role: 'gone' };
  }

  #handle(message: ClientMessage): Refusal | undefined {
    switch (message.type) {
      case 'register':
        this.#components.rooms.register(this.#member, message.stream_id);
        return undefined;
      case 'join':
        this.#components.rooms.join(this.#member, message.stream_id, message.viewer_id);
        return undefined;
      case 'offer':
      case 'answer':
      case 'ice-candidate':
      case 'stream-state':
      case 'error':
        return relay(this.#member, message);
      case 'viewer-ended':
      case 'connected':
        return undefined;
      case 'ping':
        this.#member.peer.send({ type: 'pong' });
        return undefined;
    }
  }
}
