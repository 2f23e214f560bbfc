/** A Peer that writes down what it is told, and the rooms around it with predictable ids. */
import type { ClientMessage, ServerMessage } from '@perch/protocol';
import { Connection } from '../../src/domain/connection.ts';
import type { IceServerSource } from '../../src/domain/ice-server-source.ts';
import type { CloseCode, Peer } from '../../src/domain/peer.ts';
import type { RoomEvent } from '../../src/domain/room-event.ts';
import { Rooms } from '../../src/domain/rooms.ts';

export const SDP = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n';
export const CANDIDATE = 'candidate:1 1 udp 2122260223 192.168.1.20 50000 typ host';
export const ICE_SERVERS = [{ urls: ['stun:stun.example.org:3478'] }];

/** The nth id that a RoomsFixture gives out. */
export const viewerId = (n: number) => `viewer-${String(n).padStart(22, '0')}`;

export class FakePeer implements Peer {
  readonly sent: ServerMessage[] = [];
  closed: { readonly code: CloseCode; readonly reason: string } | undefined;

  send(message: ServerMessage): void {
    if (this.closed === undefined) this.sent.push(message);
  }

  close(code: CloseCode, reason: string): void {
    this.closed ??= { code, reason };
  }
}

/** One client: its fake socket and the server's connection for it. */
export class Client {
  readonly peer = new FakePeer();
  readonly #connection: Connection;

  constructor(fixture: RoomsFixture) {
    this.#connection = new Connection(fixture, this.peer);
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

  /** The same without `ice_servers`, which most tests are not about. */
  heardBrief(): object[] {
    return this.heard().map((message) => {
      const { ice_servers: _, ...rest } = message as { ice_servers?: unknown };
      return rest;
    });
  }
}

export class RoomsFixture {
  readonly events: RoomEvent[] = [];
  readonly rooms: Rooms;
  #ids = 0;

  constructor(
    iceServers: IceServerSource = { current: () => ({ iceServers: ICE_SERVERS, available: true }) },
  ) {
    const randomToken = () => String(++this.#ids).padStart(22, '0');
    this.rooms = new Rooms({ randomToken, iceServers, report: this.report });
  }

  readonly report = (event: RoomEvent): void => {
    this.events.push(event);
  };

  client(): Client {
    return new Client(this);
  }

  broadcaster(streamId = 'cam'): Client {
    const client = this.client();
    client.say({ type: 'register', stream_id: streamId });
    client.heard();
    return client;
  }

  viewer(streamId = 'cam'): Client {
    const client = this.client();
    client.say({ type: 'join', stream_id: streamId });
    client.heard();
    return client;
  }
}
