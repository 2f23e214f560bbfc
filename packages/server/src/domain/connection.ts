/**
 * One signaling connection, from its first frame to its end: reads frames, checks rights and limits, applies the rules,
 * answers refusals. Owns its place in a room, its ICE servers and what it counts for in its address; `end()` gives all
 * of it back. Nothing that a peer sends makes it throw (SPEC.md, WIRE11).
 */
import {
  type ClientMessage,
  type ClientMessageOf,
  decodeClientMessage,
  type ErrorCode,
  type Refusal,
  type Result,
  refuse,
} from '@perch/protocol';
import type { Authority, Grant, Right } from './access/authority.ts';
import { iceFields } from './ice-fields.ts';
import { type AddressUse, messageRate, type SendingRole } from './limits/address-book.ts';
import type { Limits } from './limits/limits.ts';
import { type Rate, TokenBucket } from './limits/token-bucket.ts';
import { CLOSE_CODES, type CloseCode, type Departure, type Peer } from './peer.ts';
import { type RelayedMessage, relay } from './relay.ts';
import type { Member } from './room.ts';
import type { EventCode, RefusedRequest, RoomEvent } from './room-event.ts';
import type { LostSession, Rooms } from './rooms.ts';
import type { Snapshots } from './snapshot/snapshots.ts';
import type { IceServerSource } from './turn/ice-session.ts';

export interface ConnectionComponents {
  readonly rooms: Rooms;
  readonly authority: Authority;
  readonly iceServers: Pick<IceServerSource, 'open'>;
  readonly limits: Limits;
  readonly snapshots: Pick<Snapshots, 'handleAnswer'>;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly report: (event: RoomEvent) => void;
}

/** How a connection came. */
export interface Arrival {
  readonly connectionId: string;
  readonly address: AddressUse;
  /** From the URL or a header; a message may bring another. */
  readonly token?: string | undefined;
  /** As a viewer it makes the offer (WHEP): whoever gave it its ICE servers did so by HTTP. */
  readonly offers?: boolean;
}

/** A message of so many characters, begun, counts as one: an answer is two or three, a candidate is one. */
const COUNTED_CHARS = 1024;

const TOO_MUCH = 'Too many messages; come back later';

/** What is refused costs more than what is meant well, which is never refused for long. */
const REFUSAL_COST = 5;

export class Connection {
  readonly #components: ConnectionComponents;
  readonly #arrival: Arrival;
  readonly #member: Member;
  #messages: TokenBucket;
  readonly #openedAtMs: number;
  /** Of the last `register` or `join` that was not refused for anything: what the session stands and falls with. */
  #grant: Grant | undefined;
  /** A join that no answer came to yet; it counts for the address. */
  #pendingJoinAtMs: number | undefined;

  constructor(components: ConnectionComponents, peer: Peer, arrival: Arrival) {
    this.#components = components;
    this.#arrival = arrival;
    const { connectionId, offers = false } = arrival;
    this.#member = {
      peer,
      connectionId,
      offers,
      standing: { role: 'guest' },
      owesSnapshot: false,
      iceServers: undefined,
    };
    this.#openedAtMs = components.now();
    this.#messages = new TokenBucket(this.#rate, this.#openedAtMs);
  }

  handleText(text: string): void {
    if (this.#member.standing.role === 'gone' || !this.#mayGoOn(this.#costOf(text))) return;
    const decoded = decodeClientMessage(text);
    const refusal = decoded.ok ? this.handle(decoded.value) : decoded;
    if (refusal === undefined) return;
    const request = decoded.ok ? requestOf(decoded.value) : 'other';
    this.#components.report({ type: 'refused', code: refusal.code, request });
    this.#member.peer.send({ type: 'error', message: refusal.reason, code: refusal.code });
    // Whoever is meant has just left, which its peer could not know: who comes and goes must not cost the camera its place.
    if (refusal.code !== 'unknown-peer') this.#mayGoOn(REFUSAL_COST);
  }

  /** LIMIT13: a frame of the transport's own, which costs no more than a message and says nothing. */
  handleControlFrame(): void {
    if (this.#member.standing.role !== 'gone') this.#mayGoOn(1);
  }

  /** The refusal is for the sender; everything else has happened when it returns. */
  handle(message: ClientMessage): Refusal | undefined {
    switch (message.type) {
      case 'register':
        return this.#register(message);
      case 'join':
        return this.#join(message);
      case 'offer':
      case 'answer':
      case 'ice-candidate':
      case 'stream-state':
      case 'error':
        return this.#relay(message);
      case 'viewer-ended':
        return this.#components.rooms.endViewer(this.#member, message.viewer_id);
      case 'snapshot':
        return this.#components.snapshots.handleAnswer(this.#member, message);
      case 'connected':
        return this.#countPicture(message);
      case 'ping':
        this.#member.peer.send({ type: 'pong' });
        return undefined;
    }
  }

  /** LIMIT4 for what comes without a socket that could be ended: spends so much of what this viewer may send, or refuses. */
  charge(cost: number): Refusal | undefined {
    return this.#maySend(cost) ? undefined : refuse('rate-limited', TOO_MUCH);
  }

  /** The join of this viewer has its answer, whoever of the two sends that. */
  handleAnswered(): void {
    if (this.#pendingJoinAtMs === undefined) return;
    const afterMs = this.#components.now() - this.#pendingJoinAtMs;
    this.#components.report({ type: 'answered', afterMs });
    this.#closeJoin();
  }

  /** AUTH5, LIMIT6: called now and then. Ends a session whose right has expired, or a guest who does nothing. */
  checkTime(): void {
    const now = this.#components.now();
    const expiresAtMs = this.#grant?.expiresAtMs;
    if (expiresAtMs !== undefined && expiresAtMs <= now) {
      this.#dismiss('token-expired', 'The link or token has expired', CLOSE_CODES.noRight);
    }
    const idleMs = this.#components.limits.idleSeconds * 1000;
    if (this.#member.standing.role === 'guest' && now - this.#openedAtMs >= idleMs) {
      this.#dismiss('idle', 'Register or join first', CLOSE_CODES.tooMuch);
    }
  }

  /** AUTH5: ends the session if its right is among these. */
  checkRevoked(tokenIds: ReadonlySet<string>): void {
    const { tokenId, sharedBy } = this.#grant ?? {};
    if (![tokenId, sharedBy].some((id) => id !== undefined && tokenIds.has(id))) return;
    this.#dismiss('token-revoked', 'The owner has taken this right back', CLOSE_CODES.noRight);
  }

  /** The socket is closed, lost or about to be closed by us; `why` says for what, where we end it. May be called twice. */
  end(how: Departure, why?: EventCode): void {
    const { standing, connectionId: connection } = this.#member;
    if (why !== undefined && standing.role !== 'gone') {
      this.#components.report({ type: 'ended', connection, role: standing.role, code: why });
    }
    this.#components.rooms.leave(this.#member, how);
    this.#member.standing = { role: 'gone' };
    this.#closeJoin();
    this.#member.iceServers?.close(how === 'left' ? 'gone' : 'media-goes-on');
    this.#member.iceServers = undefined;
  }

  #register({ stream_id: streamId, token }: ClientMessageOf<'register'>): Refusal | undefined {
    const right = this.#check(token, 'publish', streamId);
    if (!right.ok) return right;
    const refusal = this.#roomForStream(streamId);
    if (refusal !== undefined) return refusal;
    this.#grant = right.value;
    this.#closeJoin();
    this.#openIceServers('broadcaster');
    const isNew = this.#member.standing.role !== 'broadcaster';
    this.#components.rooms.register(this.#member, streamId);
    // All the viewers who wait are served in its first second.
    if (isNew) this.#messages = new TokenBucket(this.#rate, this.#components.now());
    return undefined;
  }

  #join(message: ClientMessageOf<'join'>): Refusal | undefined {
    const { stream_id: streamId } = message;
    const right = this.#check(message.token, 'view', streamId);
    if (!right.ok) return right;
    const lost = { viewerId: message.viewer_id, resumeToken: message.resume_token };
    const refusal = this.#roomForStream(streamId) ?? this.#roomForViewer(streamId, lost);
    if (refusal !== undefined) return refusal;
    this.#grant = right.value;
    this.#closeJoin();
    if (!this.#member.offers) this.#openIceServers('viewer');
    const { resumed } = this.#components.rooms.join(this.#member, streamId, lost);
    // Who resumes has its connection; who waits for a camera costs nobody anything.
    if (!resumed && this.#components.rooms.stream(streamId).live) this.#openJoin();
    return undefined;
  }

  #relay(message: RelayedMessage): Refusal | undefined {
    const refusal = relay(this.#member, message);
    if (refusal !== undefined) return refusal;
    this.#components.report({ type: 'relayed', message: message.type });
    if (message.type === 'answer') this.handleAnswered();
    return undefined;
  }

  #countPicture({ route }: ClientMessageOf<'connected'>): Refusal | undefined {
    if (this.#member.standing.role !== 'viewer')
      return refuse('wrong-role', 'only who watches sees a picture');
    this.#components.report({ type: 'connected', route });
    return undefined;
  }

  /** LIMIT4, SNAP3: looked at before it is decoded, since decoding is what it costs; once for each still that was asked for. */
  #costOf(text: string): number {
    if (this.#member.owesSnapshot && text.includes('"snapshot"')) {
      this.#member.owesSnapshot = false;
      return 1;
    }
    return costOfText(text);
  }

  #check(token: string | undefined, right: Right, streamId: string): Result<Grant> {
    return this.#components.authority.check(token ?? this.#arrival.token, right, streamId);
  }

  #roomForStream(streamId: string): Refusal | undefined {
    const { rooms, limits } = this.#components;
    if (rooms.has(streamId) || rooms.counts.rooms < limits.streams) return undefined;
    return refuse('too-many-streams', 'The server has as many streams as it takes');
  }

  #roomForViewer(streamId: string, lost: LostSession): Refusal | undefined {
    const { rooms, limits } = this.#components;
    const { standing } = this.#member;
    const isThere = standing.role === 'viewer' && standing.room.streamId === streamId;
    const isFull = !isThere && rooms.stream(streamId).viewers >= limits.viewersPerStream;
    // Who takes its place over from its own lost socket needs no other.
    if (isFull && !rooms.wouldTakeOver(this.#member, streamId, lost)) {
      return refuse('too-many-viewers', 'The stream has as many viewers as it takes; come back later');
    }
    if (this.#arrival.address.mayJoin()) return undefined;
    return refuse('too-many-connections', 'Too many joins from this address; come back in a minute');
  }

  /** A right's session has the same servers as long as it lives, however often it joins. */
  #openIceServers(role: 'broadcaster' | 'viewer'): void {
    if (this.#member.iceServers !== undefined && this.#member.standing.role === role) return;
    this.#member.iceServers?.close('gone');
    this.#member.iceServers = this.#components.iceServers.open(role, (state) => {
      this.#member.peer.send({ type: 'ice-servers', ...iceFields(state) });
    });
  }

  #openJoin(): void {
    this.#pendingJoinAtMs = this.#components.now();
    this.#arrival.address.openJoin();
  }

  #closeJoin(): void {
    if (this.#pendingJoinAtMs === undefined) return;
    this.#pendingJoinAtMs = undefined;
    this.#arrival.address.closeJoin();
  }

  get #sendingRole(): SendingRole {
    return this.#member.standing.role === 'broadcaster' ? 'broadcaster' : 'viewer';
  }

  get #rate(): Rate {
    const { broadcasterMessagesPerSecond, viewerMessagesPerSecond } = this.#components.limits;
    return messageRate(
      this.#sendingRole === 'broadcaster' ? broadcasterMessagesPerSecond : viewerMessagesPerSecond,
    );
  }

  /** LIMIT4: spends `cost` of what this socket and its address may send, or ends it. */
  #mayGoOn(cost: number): boolean {
    if (this.#maySend(cost)) return true;
    this.#dismiss('rate-limited', TOO_MUCH, CLOSE_CODES.tooMuch);
    return false;
  }

  #maySend(cost: number): boolean {
    const maySend = this.#messages.take(cost, this.#rate, this.#components.now());
    return maySend && this.#arrival.address.maySend(this.#sendingRole, cost);
  }

  #dismiss(code: ErrorCode, message: string, closeCode: CloseCode): void {
    if (this.#member.standing.role === 'gone') return;
    const { peer } = this.#member;
    this.end('left', code);
    peer.send({ type: 'error', message, code });
    peer.close(closeCode, code);
  }
}

/** What a message of such a text counts for (LIMIT4). */
export function costOfText(text: string): number {
  return Math.max(1, Math.ceil(text.length / COUNTED_CHARS));
}

function requestOf({ type }: ClientMessage): RefusedRequest {
  if (type === 'register' || type === 'join') return type;
  const ofServer = type === 'ping' || type === 'connected' || type === 'viewer-ended' || type === 'snapshot';
  return ofServer ? 'other' : 'relay';
}
