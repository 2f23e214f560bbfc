/** Random lives of many sockets, checked after each step against a model that knows nothing but the rules. */
import type { ServerMessage } from '@perch/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Client, RoomsFixture, SDP } from './support/fake-peer.ts';

const SOCKETS = 6;
const STREAMS = ['a', 'b', 'c'];

type Step =
  | { do: 'register'; socket: number; stream: string }
  | { do: 'join'; socket: number; stream: string; resume: number | null }
  | { do: 'reconnect'; socket: number; abrupt: boolean }
  | { do: 'offer'; socket: number; to: number }
  | { do: 'answer'; socket: number; stream: string };

const socket = fc.nat(SOCKETS - 1);
const stream = fc.constantFrom(...STREAMS);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('register' as const), socket, stream }),
  fc.record({ do: fc.constant('join' as const), socket, stream, resume: fc.option(fc.nat(20)) }),
  fc.record({ do: fc.constant('reconnect' as const), socket, abrupt: fc.boolean() }),
  fc.record({ do: fc.constant('offer' as const), socket, to: fc.nat(20) }),
  fc.record({ do: fc.constant('answer' as const), socket, stream }),
);

type Role = { role: 'guest' | 'gone' } | { role: 'broadcaster' | 'viewer'; stream: string; id: string };

interface Seat {
  client: Client;
  role: Role;
  /** As this socket, were it a broadcaster, has been told. */
  present: Set<string>;
}

class World {
  readonly fixture = new RoomsFixture();
  readonly seats: Seat[] = Array.from({ length: SOCKETS }, () => this.#seat());
  readonly idsSeen: string[] = [];

  #seat(): Seat {
    return { client: this.fixture.client(), role: { role: 'guest' }, present: new Set() };
  }

  take(step: Step): void {
    const seat = this.seats[step.socket]!;
    const { client } = seat;
    switch (step.do) {
      case 'register':
        client.say({ type: 'register', stream_id: step.stream });
        if (seat.role.role === 'gone') break;
        for (const other of this.#all('broadcaster', step.stream)) {
          if (other !== seat) other.role = { role: 'gone' };
        }
        seat.role = { role: 'broadcaster', stream: step.stream, id: step.stream };
        break;
      case 'join': {
        const wanted = step.resume === null ? undefined : this.idsSeen[step.resume];
        client.say({
          type: 'join',
          stream_id: step.stream,
          ...(wanted === undefined ? {} : this.fixture.lost(wanted, step.stream)),
        });
        if (seat.role.role === 'gone') break;
        const joined = client.peer.sent.findLast(({ type }) => type === 'joined') as ServerMessage & {
          viewer_id: string;
        };
        const id = joined.viewer_id;
        for (const other of this.seats) {
          if (other === seat || other.role.role !== 'viewer' || other.role.id !== id) continue;
          expect(other.role.stream).toBe(step.stream);
          other.role = { role: 'gone' };
        }
        seat.role = { role: 'viewer', stream: step.stream, id };
        this.idsSeen.push(id);
        break;
      }
      case 'reconnect':
        // A half-open socket is heard of no more, and ends after its owner is back.
        if (!step.abrupt) client.hangUp();
        this.seats[step.socket] = this.#seat();
        if (step.abrupt) client.hangUp();
        break;
      case 'offer':
        this.#relay(seat, 'broadcaster', this.idsSeen[step.to] ?? 'viewer-1', 'offer');
        break;
      case 'answer':
        this.#relay(seat, 'viewer', step.stream, 'answer');
        break;
    }
    this.#check();
  }

  #relay(seat: Seat, role: 'broadcaster' | 'viewer', to: string, type: 'offer' | 'answer'): void {
    this.#check();
    seat.client.say({ type, to, sdp: SDP });
    const { role: mine } = seat;
    const receivers =
      mine.role === role && 'stream' in mine
        ? this.#all(role === 'viewer' ? 'broadcaster' : 'viewer', mine.stream).filter(
            ({ role: theirs }) => 'id' in theirs && theirs.id === to,
          )
        : [];
    for (const other of this.seats) {
      const heard = other.client.peer.sent;
      if (receivers.includes(other)) {
        expect(heard).toEqual([{ type, from: 'id' in mine ? mine.id : '', sdp: SDP }]);
      } else if (other === seat && receivers.length === 0 && mine.role !== 'gone') {
        const code = mine.role === role ? 'unknown-peer' : 'wrong-role';
        expect(heard).toMatchObject([{ type: 'error', code }]);
      } else {
        expect(heard).toEqual([]);
      }
    }
  }

  #all(role: 'broadcaster' | 'viewer', stream: string): Seat[] {
    return this.seats.filter(
      (seat) => seat.role.role === role && 'stream' in seat.role && seat.role.stream === stream,
    );
  }

  /** What every broadcaster was told adds up to who is there. */
  #check(): void {
    for (const seat of this.seats) {
      for (const message of seat.client.heard()) {
        switch (message.type) {
          case 'registered':
            seat.present.clear();
            break;
          case 'viewer-joined':
            expect(seat.present).not.toContain(message.viewer_id);
            seat.present.add(message.viewer_id);
            break;
          case 'viewer-left':
            expect(seat.present).toContain(message.viewer_id);
            seat.present.delete(message.viewer_id);
            break;
        }
      }
      expect(seat.client.peer.closed !== undefined).toBe(seat.role.role === 'gone');
      if (seat.role.role !== 'broadcaster' || !('stream' in seat.role)) continue;
      const watching = this.#all('viewer', seat.role.stream).map(({ role }) => 'id' in role && role.id);
      expect([...seat.present].sort()).toEqual(watching.sort());
    }
    const roles = this.seats.map(({ role }) => role);
    expect(this.fixture.rooms.counts).toEqual({
      rooms: new Set(roles.flatMap((role) => ('stream' in role ? [role.stream] : []))).size,
      broadcasters: roles.filter(({ role }) => role === 'broadcaster').length,
      viewers: roles.filter(({ role }) => role === 'viewer').length,
    });
  }

  end(): void {
    for (const { client } of this.seats) client.hangUp();
    expect(this.fixture.rooms.counts).toEqual({ rooms: 0, broadcasters: 0, viewers: 0 });
    const count = (type: string) => this.fixture.events.filter((event) => event.type === type).length;
    expect(count('viewer-left')).toBe(count('viewer-joined'));
  }
}

test('[JOIN5] [RELAY1] whatever sockets do, viewers leave once, no ghost stays, rooms do not mix', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = new World();
      for (const step of steps) world.take(step);
      world.end();
    }),
    { numRuns: 400 },
  );
});
