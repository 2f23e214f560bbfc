/** Servers with one fault each, which the rooms' model must find. Each does what a server once did, or well could. */
import type { ClientMessage, ServerMessage } from '@perch/protocol';
import { type Arrival, Connection, type ConnectionComponents } from '../../src/domain/connection.ts';
import type { LimitName } from '../../src/domain/limits/limits.ts';
import { CLOSE_CODES, type Departure, type Peer } from '../../src/domain/peer.ts';
import type { Member } from '../../src/domain/room.ts';
import { type LostSession, Rooms } from '../../src/domain/rooms.ts';
import type { WorldParts } from './model-world.ts';

/** Lets what goes out be changed or held back. */
type Filter = (message: ServerMessage) => ServerMessage | undefined;

const silent: Peer = { isBehind: false, send: () => undefined, close: () => undefined };

function filtered(peer: Peer, filter: Filter): Peer {
  return {
    isBehind: false,
    send: (message) => {
      const passed = filter(message);
      if (passed !== undefined) peer.send(passed);
    },
    close: (code, reason) => peer.close(code, reason),
  };
}

/** Rooms that hold messages back while they do `during`. */
function deaf(during: 'register' | 'resume', ...types: ServerMessage['type'][]): WorldParts {
  let busy = '';
  class DeafRooms extends Rooms {
    override register(member: Member, streamId: string): void {
      busy = 'register';
      super.register(member, streamId);
      busy = '';
    }

    override join(member: Member, streamId: string, lost?: LostSession): { readonly resumed: boolean } {
      busy = lost?.viewerId === undefined ? '' : 'resume';
      const joined = super.join(member, streamId, lost);
      busy = '';
      return joined;
    }
  }
  return {
    createRooms: (components) => new DeafRooms(components),
    createConnection: (components, peer, arrival) => {
      const hold: Filter = (message) =>
        busy === during && types.includes(message.type) ? undefined : message;
      return new Connection(components, filtered(peer, hold), arrival);
    },
  };
}

/** Rooms that anybody may ask who is where. */
class OpenRooms extends Rooms {
  readonly members = new Set<Member>();

  override register(member: Member, streamId: string): void {
    this.members.add(member);
    super.register(member, streamId);
  }

  override join(member: Member, streamId: string, lost?: LostSession): { readonly resumed: boolean } {
    this.members.add(member);
    return super.join(member, streamId, lost);
  }

  viewer(id: string): Member | undefined {
    return [...this.members].find(({ standing }) => standing.role === 'viewer' && standing.viewer.id === id);
  }

  broadcaster(streamId: string): Member | undefined {
    return [...this.members].find(
      ({ standing }) => standing.role === 'broadcaster' && standing.room.streamId === streamId,
    );
  }
}

/** A server that sends these messages to whoever is named, wherever that is. */
function believing(handle: (rooms: OpenRooms, message: ClientMessage, sender: Peer) => boolean): WorldParts {
  class BelievingConnection extends Connection {
    readonly #rooms: OpenRooms;
    readonly #peer: Peer;

    constructor(components: ConnectionComponents, peer: Peer, arrival: Arrival) {
      super(components, peer, arrival);
      this.#rooms = components.rooms as OpenRooms;
      this.#peer = peer;
    }

    override handle(message: ClientMessage) {
      return handle(this.#rooms, message, this.#peer) ? undefined : super.handle(message);
    }
  }
  return {
    createRooms: (components) => new OpenRooms(components),
    createConnection: (components, peer, arrival) => new BelievingConnection(components, peer, arrival),
  };
}

/** Rooms whose members leave in a way of their own. */
function leaving(how: (meant: Departure) => Departure): WorldParts {
  class LeavingRooms extends Rooms {
    override leave(member: Member, meant: Departure): void {
      super.leave(member, how(meant));
    }
  }
  return { createRooms: (components) => new LeavingRooms(components) };
}

/** Forgets who it is; whatever held it still does. */
function becomeGuest(member: Member): void {
  member.standing = { role: 'guest' };
}

class LateCloseRooms extends OpenRooms {
  readonly #streamOf = new Map<Member, string>();

  override register(member: Member, streamId: string): void {
    this.#streamOf.set(member, streamId);
    super.register(member, streamId);
  }

  override leave(member: Member, how: Departure): void {
    const holder = this.broadcaster(this.#streamOf.get(member) ?? '');
    super.leave(member.standing.role === 'gone' && holder !== undefined ? holder : member, how);
  }
}

class GhostRooms extends Rooms {
  override register(member: Member, streamId: string): void {
    const { standing } = member;
    if (standing.role === 'broadcaster' && standing.room.streamId !== streamId) becomeGuest(member);
    super.register(member, streamId);
  }
}

class UntoldRooms extends Rooms {
  override join(member: Member, streamId: string, lost?: LostSession): { readonly resumed: boolean } {
    const { standing } = member;
    const room = standing.role === 'viewer' ? standing.room : undefined;
    const broadcaster = room?.broadcaster;
    if (room === undefined || broadcaster === undefined) return super.join(member, streamId, lost);
    room.broadcaster = { ...broadcaster, peer: silent };
    const joined = super.join(member, streamId, lost);
    room.broadcaster = broadcaster;
    return joined;
  }
}

/** Takes an id from whoever has it, in whichever room. */
class RobbingRooms extends OpenRooms {
  override join(member: Member, streamId: string, lost?: LostSession): { readonly resumed: boolean } {
    const holder = this.viewer(lost?.viewerId ?? '');
    if (holder !== undefined && holder !== member) super.leave(holder, 'lost');
    return super.join(member, streamId, lost);
  }
}

class UnendingConnection extends Connection {
  override checkRevoked(): void {}
}

class UnexpiringConnection extends Connection {
  override checkTime(): void {}
}

/** Believes the sender's `from`, as it stood in the text. */
function claiming(): WorldParts {
  let claimed: unknown;
  class ClaimingConnection extends Connection {
    override handleText(text: string): void {
      claimed = /"from":"([^"]*)"/u.exec(text)?.[1];
      super.handleText(text);
    }
  }
  const forge: Filter = (message) =>
    'from' in message && typeof claimed === 'string' ? { ...message, from: claimed } : message;
  return {
    createConnection: (components, peer, arrival) =>
      new ClaimingConnection(components, filtered(peer, forge), arrival),
  };
}

const offersToAnyone = believing((rooms, message, sender) => {
  if (message.type !== 'offer') return false;
  const viewer = rooms.viewer(message.to);
  if (viewer === undefined || viewer.peer === sender) return false;
  viewer.peer.send({ type: 'offer', from: 'somebody', sdp: message.sdp });
  return true;
});

/** From viewers of other rooms too. */
const passesToAnyRoom = (type: 'answer' | 'ice-candidate') =>
  believing((rooms, message, sender) => {
    if (message.type !== type) return false;
    const from = [...rooms.members].find(({ peer }) => peer === sender)?.standing;
    const broadcaster = rooms.broadcaster(message.to);
    if (from?.role !== 'viewer' || broadcaster === undefined) return false;
    const { to: _, ...rest } = message;
    broadcaster.peer.send({ ...rest, from: from.viewer.id });
    return true;
  });

/** Takes everything from everyone, and passes on what there is somebody for. For the table of rights: it must notice. */
export const OPEN_BUILD = believing((rooms, message) => {
  if (message.type === 'register' || message.type === 'join') return false;
  if (message.type === 'viewer-ended') {
    rooms.viewer(message.viewer_id)?.peer.close(CLOSE_CODES.goingAway, 'viewer-ended');
  } else if ('to' in message) {
    const { to, ...rest } = message;
    (rooms.viewer(to) ?? rooms.broadcaster(to))?.peer.send({ ...rest, from: 'somebody' });
  }
  return true;
});

/** Without one of the limits. */
const unlimited = (name: LimitName): WorldParts => ({
  createConnection: (components, peer, arrival) =>
    new Connection({ ...components, limits: { ...components.limits, [name]: 1e6 } }, peer, arrival),
});

let counter = 0;

export const PLANTED_FAULTS: Readonly<Record<string, WorldParts>> = {
  '[REG2] the late close of a replaced broadcaster ends the new one': {
    createRooms: (components) => new LateCloseRooms(components),
  },
  '[AUTH1] anyone may publish or watch any stream': {
    authority: (real) => ({
      ...methodsOf(real),
      check: (_, right, streamId) => ({
        ok: true,
        value: {
          right,
          streamId,
          tokenId: undefined,
          sharedBy: undefined,
          mayShare: false,
          expiresAtMs: undefined,
        },
      }),
    }),
  },
  '[AUTH1] a right to watch is one to publish': {
    authority: (real) => ({
      ...methodsOf(real),
      check: (token, right, streamId) => {
        const watching = real.check(token, 'view', streamId);
        return right === 'publish' && watching.ok ? watching : real.check(token, right, streamId);
      },
    }),
  },
  '[REG3] who registers a second stream stays in the first as a ghost': {
    createRooms: (components) => new GhostRooms(components),
  },
  '[JOIN4] the broadcaster is not told of a viewer who joins again': {
    createRooms: (components) => new UntoldRooms(components),
  },
  '[RELAY4] anyone may send an offer to any viewer': offersToAnyone,
  '[RELAY3] an answer goes to another room': passesToAnyRoom('answer'),
  '[RELAY3] a candidate goes to another room': passesToAnyRoom('ice-candidate'),
  '[JOIN3] viewers who came before the camera are not told of it': deaf('register', 'broadcaster-joined'),
  '[REG4] a camera is not told of viewers who came before it': deaf('register', 'viewer-joined'),
  "[RELAY2] the sender's `from` is believed": claiming(),
  '[RESUME1] an id is given to whoever knows it': {
    authority: (real) => ({ ...methodsOf(real), mayResume: () => true }),
  },
  '[RESUME2] an id is taken from another room': {
    authority: (real) => ({ ...methodsOf(real), mayResume: () => true }),
    createRooms: (components) => new RobbingRooms(components),
  },
  '[RESUME1] a restart makes a new secret': {
    secret: (restarts) => new Uint8Array(32).fill(restarts === 0 ? 7 : 8 + restarts),
  },
  '[JOIN2] ids are counted': { randomToken: () => () => String(++counter).padStart(22, '0') },
  '[JOIN2] ids come twice': {
    randomToken: (real) => {
      const ids: string[] = [];
      return () => {
        ids.push(real());
        return ids.length % 5 === 0 ? ids[0]! : ids.at(-1)!;
      };
    },
  },
  '[JOIN5] the broadcaster is not told of whom a viewer took over': deaf('resume', 'viewer-left'),
  '[AUTH5] a session outlives its revoked right': {
    createConnection: (components, peer, arrival) => new UnendingConnection(components, peer, arrival),
  },
  '[AUTH5] a session outlives its expired right': {
    createConnection: (components, peer, arrival) => new UnexpiringConnection(components, peer, arrival),
  },
  '[LIMIT2] a stream takes any number of viewers': unlimited('viewersPerStream'),
  '[LIMIT2] a server takes any number of streams': unlimited('streams'),
  '[LIMIT4] a socket may say as much as it likes': unlimited('viewerMessagesPerSecond'),
  '[LIMIT6] a guest may stay for ever': unlimited('idleSeconds'),
  '[JOIN6] nobody is gone': leaving(() => 'lost'),
  '[JOIN6] everybody is gone': leaving(() => 'left'),
};

/** An authority's methods, for an object that has some of them otherwise. */
function methodsOf(real: Parameters<NonNullable<WorldParts['authority']>>[0]) {
  return {
    open: real.open,
    check: real.check.bind(real),
    identify: real.identify.bind(real),
    signResume: real.signResume.bind(real),
    mayResume: real.mayResume.bind(real),
    onRevoked: real.onRevoked.bind(real),
  };
}
