/**
 * Who broadcasts and who watches which stream (SPEC.md, REG, JOIN and RESUME rules). Synchronous; a message
 * costs the same whatever the number of streams, and only a broadcaster's coming and going walks its viewers.
 * Owns the rooms; forgets one when the last member leaves it. Not here: messages between peers (relay.ts).
 */
import { type Refusal, refuse } from '@perch/protocol';
import type { Authority } from './access/authority.ts';
import { iceFields } from './ice-fields.ts';
import { CLOSE_CODES, type Departure } from './peer.ts';
import type { Member, Room, Viewer } from './room.ts';
import type { RoomEvent } from './room-event.ts';
import { isViewerId, toViewerId } from './viewer-id.ts';

export interface RoomsComponents {
  /** 22 base64url characters, 128 bits that can't be guessed. */
  readonly randomToken: () => string;
  readonly authority: Pick<Authority, 'signResume' | 'mayResume'>;
  readonly report: (event: RoomEvent) => void;
}

/** What a viewer who lost its WebSocket says of itself. */
export interface LostSession {
  readonly viewerId?: string | undefined;
  readonly resumeToken?: string | undefined;
}

export interface StreamState {
  readonly streamId: string;
  readonly live: boolean;
  readonly viewers: number;
}

export class Rooms {
  readonly #components: RoomsComponents;
  readonly #rooms = new Map<string, Room>();
  readonly #roomOfViewer = new Map<string, Room>();
  #broadcasters = 0;

  constructor(components: RoomsComponents) {
    this.#components = components;
  }

  get counts(): { readonly rooms: number; readonly broadcasters: number; readonly viewers: number } {
    return {
      rooms: this.#rooms.size,
      broadcasters: this.#broadcasters,
      viewers: this.#roomOfViewer.size,
    };
  }

  has(streamId: string): boolean {
    return this.#rooms.has(streamId);
  }

  stream(streamId: string): StreamState {
    const room = this.#rooms.get(streamId);
    return { streamId, live: room?.broadcaster !== undefined, viewers: room?.viewers.size ?? 0 };
  }

  broadcasterOf(streamId: string): Member | undefined {
    return this.#rooms.get(streamId)?.broadcaster;
  }

  /** Every stream with someone in it. */
  streams(): readonly StreamState[] {
    return [...this.#rooms.keys()].map((streamId) => this.stream(streamId));
  }

  /** REG1 to REG4. Registering the same stream once more changes nothing, and repeats who is there. */
  register(member: Member, streamId: string): void {
    const { standing } = member;
    const again = standing.role === 'broadcaster' && standing.room.streamId === streamId;
    if (!again) this.leave(member, 'left');
    const room = this.#roomFor(streamId);
    const previous = room.broadcaster;
    room.broadcaster = member;
    member.standing = { role: 'broadcaster', room };
    if (previous === undefined) this.#broadcasters += 1;
    else if (!again) dismiss(previous);
    if (!again) {
      this.#components.report({
        type: 'broadcaster-registered',
        connection: member.connectionId,
        streamId,
        replaced: previous !== undefined,
      });
    }

    member.peer.send({ type: 'registered', stream_id: streamId, ...iceFields(member.iceServers?.current) });
    for (const viewer of room.viewers.values()) {
      if (previous === undefined) {
        viewer.member.peer.send({ type: 'broadcaster-joined', stream_id: streamId });
      }
      this.#announce(member, viewer);
    }
  }

  /** Whether `join` would end a socket that is a viewer of this stream, and give this one its place. */
  wouldTakeOver(member: Member, streamId: string, lost: LostSession): boolean {
    const id = this.#resumableId(member, streamId, lost);
    return id !== undefined && this.#rooms.get(streamId)?.viewers.has(id) === true;
  }

  /** JOIN1 to JOIN4, JOIN8, RESUME1 to RESUME3. `lost` is who the viewer was on a lost connection. */
  join(member: Member, streamId: string, lost: LostSession = {}): { readonly resumed: boolean } {
    const { standing } = member;
    const resumable = this.#resumableId(member, streamId, lost);
    const watchesIt = standing.role === 'viewer' && standing.room.streamId === streamId;
    const replaces = watchesIt ? standing.viewer.id : undefined;
    this.leave(member, watchesIt ? 'lost' : 'left');
    const room = this.#roomFor(streamId);
    const resumedId = this.#claim(room, resumable);
    const id = resumedId ?? toViewerId(this.#components.randomToken());
    const resumed = resumedId !== undefined;
    const viewer: Viewer = { id, member, announced: resumed, replaces };
    room.viewers.set(id, viewer);
    this.#roomOfViewer.set(id, room);
    member.standing = { role: 'viewer', room, viewer };
    const { report, authority } = this.#components;
    report({ type: 'viewer-joined', connection: member.connectionId, streamId, viewerId: id, resumed });

    member.peer.send({
      type: 'joined',
      viewer_id: id,
      stream_id: streamId,
      ...(resumed ? { resumed } : {}),
      resume_token: authority.signResume(id, streamId),
      ...iceFields(member.iceServers?.current),
    });
    if (room.broadcaster === undefined) {
      member.peer.send({ type: 'error', message: 'Stream not available', code: 'stream-not-available' });
    } else {
      this.#announce(room.broadcaster, viewer);
    }
    return { resumed };
  }

  /** WHEP8: its broadcaster says that this viewer is over. One with a socket may still come back by it. */
  endViewer({ standing }: Member, viewerId: string): Refusal | undefined {
    if (standing.role !== 'broadcaster') return refuse('wrong-role', 'only a broadcaster knows of ends');
    const viewer = standing.room.viewers.get(viewerId);
    if (viewer?.member.offers === true) viewer.member.peer.close(CLOSE_CODES.goingAway, 'viewer-ended');
    return undefined;
  }

  /** REG3, REG5, JOIN5, JOIN6: gives up whatever the member holds and makes it a guest. One that is gone stays gone. */
  leave(member: Member, how: Departure): void {
    const { standing } = member;
    switch (standing.role) {
      case 'guest':
      case 'gone':
        return;
      case 'broadcaster':
        member.standing = { role: 'guest' };
        this.#removeBroadcaster(member, standing.room);
        this.#forgetIfEmpty(standing.room);
        return;
      case 'viewer':
        member.standing = { role: 'guest' };
        this.#removeViewer(standing.room, standing.viewer, how);
        this.#forgetIfEmpty(standing.room);
        return;
    }
  }

  #removeBroadcaster({ connectionId: connection }: Member, room: Room): void {
    room.broadcaster = undefined;
    this.#broadcasters -= 1;
    this.#components.report({ type: 'broadcaster-left', connection, streamId: room.streamId });
    for (const viewer of room.viewers.values()) viewer.member.peer.send({ type: 'broadcaster-left' });
  }

  #removeViewer(room: Room, viewer: Viewer, how: Departure): void {
    room.viewers.delete(viewer.id);
    this.#roomOfViewer.delete(viewer.id);
    this.#components.report({
      type: 'viewer-left',
      connection: viewer.member.connectionId,
      streamId: room.streamId,
      viewerId: viewer.id,
    });
    room.broadcaster?.peer.send({
      type: 'viewer-left',
      viewer_id: viewer.id,
      ...(how === 'left' ? { gone: true } : {}),
    });
  }

  /** RESUME1, RESUME2: the id, free to be given again, or undefined when it is not to be had. */
  #claim(room: Room, wantedId: string | undefined): string | undefined {
    if (wantedId === undefined) return undefined;
    const holding = this.#roomOfViewer.get(wantedId);
    if (holding === undefined) return wantedId;
    const holder = holding === room ? room.viewers.get(wantedId) : undefined;
    if (holder === undefined) return undefined;
    holder.member.standing = { role: 'gone' };
    holder.member.peer.close(CLOSE_CODES.replaced, 'replaced');
    this.#removeViewer(room, holder, 'lost');
    return wantedId;
  }

  #announce(broadcaster: Member, viewer: Viewer): void {
    const resumed = viewer.announced;
    viewer.announced = true;
    broadcaster.peer.send({
      type: 'viewer-joined',
      viewer_id: viewer.id,
      ...(resumed ? { resumed } : {}),
      ...(resumed || viewer.replaces === undefined ? {} : { replaces: viewer.replaces }),
      ...(viewer.member.offers ? { offers: true } : {}),
      ...iceFields(broadcaster.iceServers?.current),
    });
  }

  /** RESUME1: an id is its viewer's as long as the viewer has the server's word for it. */
  #resumableId(
    { standing }: Member,
    streamId: string,
    { viewerId, resumeToken }: LostSession,
  ): string | undefined {
    // A socket that is a viewer already has lost nothing: it asks for a new start (JOIN4).
    if (standing.role === 'viewer' || viewerId === undefined || !isViewerId(viewerId)) return undefined;
    return this.#components.authority.mayResume(resumeToken, viewerId, streamId) ? viewerId : undefined;
  }

  #roomFor(streamId: string): Room {
    const existing = this.#rooms.get(streamId);
    if (existing !== undefined) return existing;
    const room: Room = { streamId, broadcaster: undefined, viewers: new Map() };
    this.#rooms.set(streamId, room);
    return room;
  }

  #forgetIfEmpty(room: Room): void {
    if (room.broadcaster === undefined && room.viewers.size === 0) this.#rooms.delete(room.streamId);
  }
}

/** REG2: the old broadcaster loses its place before it is told, so nothing that it does afterwards counts. */
function dismiss(broadcaster: Member): void {
  broadcaster.standing = { role: 'gone' };
  broadcaster.peer.send({
    type: 'error',
    message: 'Another broadcaster registered this stream',
    code: 'replaced',
  });
  broadcaster.peer.close(CLOSE_CODES.replaced, 'replaced');
}
