/** A Peer that writes down what it is told, and the rooms around it with predictable ids. */
import type { ClientMessage, ServerMessage } from '@perch/protocol';
import { openAuthority } from '../../src/adapters/access/authorities.ts';
import type { Authority } from '../../src/domain/access/authority.ts';
import { type Arrival, Connection, type ConnectionComponents } from '../../src/domain/connection.ts';
import { AddressBook } from '../../src/domain/limits/address-book.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/domain/limits/limits.ts';
import type { CloseCode, Peer } from '../../src/domain/peer.ts';
import type { RoomEvent } from '../../src/domain/room-event.ts';
import { Rooms, type RoomsComponents } from '../../src/domain/rooms.ts';
import { Snapshots } from '../../src/domain/snapshot/snapshots.ts';
import type {
  IceRole,
  IceServerSession,
  IceServerSource,
  IceServerState,
} from '../../src/domain/turn/ice-session.ts';
import { ManualScheduler } from './manual-scheduler.ts';

export const SDP = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n';
export const CANDIDATE = 'candidate:1 1 udp 2122260223 192.168.1.20 50000 typ host';
export const ICE_SERVERS = [{ urls: ['stun:stun.example.org:3478'] }];

/** The nth id that a RoomsFixture gives out. */
export const viewerId = (n: number) => `viewer-${String(n).padStart(22, '0')}`;

export class FakePeer implements Peer {
  readonly sent: ServerMessage[] = [];
  isBehind = false;
  closed: { readonly code: CloseCode; readonly reason: string } | undefined;

  send(message: ServerMessage): void {
    if (this.closed === undefined) this.sent.push(message);
  }

  close(code: CloseCode, reason: string): void {
    this.closed ??= { code, reason };
  }
}

export interface ClientArrival {
  readonly address?: string;
  readonly token?: string | undefined;
  readonly offers?: boolean;
}

/** One client: its fake socket and the server's connection for it. */
export class Client {
  readonly peer = new FakePeer();
  readonly #connection: Connection;

  constructor(fixture: RoomsFixture, arrival: ClientArrival = {}) {
    const { address = '192.0.2.1', token, offers = false } = arrival;
    this.#connection = fixture.createConnection(this.peer, {
      connectionId: `c${++fixture.connections}`,
      address: fixture.addresses.of(address),
      token,
      offers,
    });
  }

  checkTime(): void {
    this.#connection.checkTime();
  }

  checkRevoked(tokenIds: readonly string[]): void {
    this.#connection.checkRevoked(new Set(tokenIds));
  }

  say(message: ClientMessage): void {
    this.#connection.handleText(JSON.stringify(message));
  }

  sayText(text: string): void {
    this.#connection.handleText(text);
  }

  /** Closes the socket as who means to leave does. */
  hangUp(): void {
    this.#connection.end('left');
  }

  /** Loses the socket. */
  vanish(): void {
    this.#connection.end('lost');
  }

  /** What arrived since the last look. */
  heard(): ServerMessage[] {
    return this.peer.sent.splice(0);
  }

  /** The same without ICE servers and resume tokens, which most tests are not about. */
  heardBrief(): object[] {
    return this.heard().map((message) => {
      const {
        ice_servers: _,
        ice_ttl: __,
        turn_unavailable: ___,
        resume_token: ____,
        ...rest
      } = message as {
        [field: string]: unknown;
      };
      return rest;
    });
  }
}

/** What a session of ICE servers was told. */
export interface FakeIceSession {
  readonly role: IceRole | 'once';
  readonly renew: (state: IceServerState) => void;
  closed: 'gone' | 'media-goes-on' | undefined;
}

/** Tests of rooms are about rooms: so much is not too much there. */
const ROOMY: Limits = {
  ...DEFAULT_LIMITS,
  viewerMessagesPerSecond: 1e6,
  broadcasterMessagesPerSecond: 1e6,
  viewerMessagesPerAddress: 1e6,
  broadcasterMessagesPerAddress: 1e6,
  joinsPerMinute: 1e6,
  pendingJoinsPerAddress: 1e6,
};

/** What a test may put in the place of the real parts, to see that it notices. */
export interface FixtureParts {
  readonly createRooms: (components: RoomsComponents) => Rooms;
  readonly createConnection: (components: ConnectionComponents, peer: Peer, arrival: Arrival) => Connection;
}

export interface RoomsFixtureOptions {
  readonly authority?: Authority;
  readonly limits?: Partial<Limits>;
  readonly randomToken?: () => string;
  readonly parts?: Partial<FixtureParts>;
}

export class RoomsFixture implements ConnectionComponents {
  readonly events: RoomEvent[] = [];
  readonly iceSessions: FakeIceSession[] = [];
  readonly rooms: Rooms;
  readonly authority: Authority;
  readonly limits: Limits;
  readonly addresses: AddressBook;
  nowMs = 1_700_000_000_000;
  connections = 0;
  iceState: IceServerState = { iceServers: ICE_SERVERS, available: true };
  readonly scheduler = new ManualScheduler();
  readonly snapshots: Snapshots;
  readonly #parts: Partial<FixtureParts>;
  #ids = 0;

  constructor(options: RoomsFixtureOptions = {}) {
    this.#parts = options.parts ?? {};
    this.authority = options.authority ?? openAuthority(new Uint8Array(32));
    this.limits = { ...ROOMY, ...options.limits };
    this.addresses = new AddressBook(this.limits, this.now);
    const randomToken = options.randomToken ?? (() => String(++this.#ids).padStart(22, '0'));
    const components = { randomToken, authority: this.authority, report: this.report };
    this.rooms = this.#parts.createRooms?.(components) ?? new Rooms(components);
    this.snapshots = new Snapshots({ rooms: this.rooms, scheduler: this.scheduler, randomToken });
  }

  readonly now = (): number => this.nowMs;

  readonly report = (event: RoomEvent): void => {
    this.events.push(event);
  };

  readonly iceServers: Pick<IceServerSource, 'open' | 'once'> = {
    open: (role, renew) => this.#openIceSession(role, renew),
    once: () => Promise.resolve(this.#openIceSession('once', () => undefined)),
  };

  #openIceSession(role: FakeIceSession['role'], renew: FakeIceSession['renew']): IceServerSession {
    const session: FakeIceSession = { role, renew, closed: undefined };
    this.iceSessions.push(session);
    const state = () => this.iceState;
    return {
      get current() {
        return state();
      },
      close: (how) => {
        session.closed ??= how;
      },
    };
  }

  /** Lets a viewer have its lost id back, as its own page could. */
  lost(viewerId: string, streamId = 'cam'): { viewer_id: string; resume_token: string } {
    return { viewer_id: viewerId, resume_token: this.authority.signResume(viewerId, streamId) };
  }

  createConnection(peer: Peer, arrival: Arrival): Connection {
    const { createConnection } = this.#parts;
    return createConnection?.(this, peer, arrival) ?? new Connection(this, peer, arrival);
  }

  client(arrival: ClientArrival = {}): Client {
    return new Client(this, arrival);
  }

  broadcaster(streamId = 'cam'): Client {
    const client = this.client();
    client.say({ type: 'register', stream_id: streamId });
    client.heard();
    return client;
  }

  viewer(streamId = 'cam', arrival: ClientArrival = {}): Client {
    const client = this.client(arrival);
    client.say({ type: 'join', stream_id: streamId });
    client.heard();
    return client;
  }
}
