import type { IceServer } from '@perch/protocol';
import { beforeEach, describe, expect, test } from 'vitest';
import { Check, type CheckReport } from '../src/domain/check/check.ts';
import type { ServerHealth } from '../src/domain/check/check-facts.ts';
import type { GatheringEvents } from '../src/domain/check/check-ports.ts';
import { checkDe } from '../src/text/check-de.ts';
import { checkEn } from '../src/text/check-en.ts';
import { describeCheck } from '../src/text/describe-check.ts';
import { countersOf, pathOf, videoOf } from './fake-counters.ts';
import { candidate, FakeConnection, FakeSocket, ManualClock, OFFER, STREAM, settle } from './fake-world.ts';

const UDP = 'turn:203.0.113.7:3478?transport=udp';
const TCP = 'turn:203.0.113.7:3478?transport=tcp';
const TURN: IceServer[] = [{ urls: [UDP, TCP], username: 'u', credential: 'c' }];
const HEALTH: ServerHealth = { version: '1.2.3', isOpen: false, turnKind: 'shared-secret' };

/** A check whose world a test tells what to do. */
class CheckWorld {
  readonly clock = new ManualClock();
  readonly sockets: FakeSocket[] = [];
  readonly connections: FakeConnection[] = [];
  readonly gatherings: { servers: readonly IceServer[]; events: GatheringEvents; stopped: boolean }[] = [];
  readonly reports: CheckReport[] = [];
  tellsRefusals = true;
  health: () => Promise<ServerHealth> = () => Promise.resolve(HEALTH);
  readonly check = new Check(
    {
      clock: this.clock,
      random: () => 0.5,
      probeServer: () => Promise.resolve('there'),
      openSocket: (events) => {
        const socket = new FakeSocket(events);
        this.sockets.push(socket);
        return socket;
      },
      media: {
        supported: true,
        open: (iceServers, events) => {
          const connection = new FakeConnection(iceServers, events);
          this.connections.push(connection);
          return connection;
        },
        clear: () => undefined,
      },
      fetchIceServers: () => Promise.resolve(TURN),
      gather: (servers, events) => {
        const gathering = { servers, events, stopped: false };
        this.gatherings.push(gathering);
        return () => {
          gathering.stopped = true;
        };
      },
      tellsRefusals: () => this.tellsRefusals,
      fetchHealth: () => this.health(),
    },
    { streamId: STREAM, token: 'a.b.c', onReport: (report) => this.reports.push(report) },
  );

  get socket() {
    return this.sockets.at(-1)!;
  }

  get media() {
    return this.connections.at(-1)!;
  }

  get last() {
    return this.reports.at(-1)!;
  }

  get cause() {
    return this.last.cause;
  }

  state(id: string) {
    return this.last.steps.find((step) => step.id === id)?.state;
  }

  async join(more: object = {}) {
    this.check.start();
    await settle();
    this.socket.events.onOpen();
    this.socket.receive({
      ...{ type: 'joined', viewer_id: 'viewer-1', stream_id: STREAM, ice_servers: TURN },
      ...more,
    });
  }

  async offer(sdp = OFFER) {
    this.socket.receive({ type: 'offer', from: STREAM, sdp });
    await settle();
    await this.media.answers(sdp);
  }

  /** As far as the servers of each kind have answered with these candidates. */
  gathered(udp: readonly ('host' | 'srflx' | 'relay')[], tcp: readonly ('host' | 'relay')[] = []) {
    for (const type of udp) this.gatherings[0]?.events.onCandidate(type);
    for (const type of tcp) this.gatherings[1]?.events.onCandidate(type);
    for (const { events } of this.gatherings) events.onComplete();
  }
}

let world: CheckWorld;
beforeEach(() => {
  world = new CheckWorld();
});

describe('a check', () => {
  test('passes each step as it is taken, and ends with its verdict and everything closed', async () => {
    await world.join();
    expect(world.state('token')).toBe('passed');
    expect(world.state('camera')).toBe('running');
    expect(world.state('frame')).toBe('not-reached');
    world.gathered(['host', 'srflx', 'relay'], ['host', 'relay']);
    await world.offer();
    world.socket.receive({ type: 'ice-candidate', from: STREAM, ...candidate(1) });
    expect(world.state('pairs')).toBe('running');
    world.media.counters = () =>
      Promise.resolve(countersOf(pathOf(), videoOf({ packets: 3, codec: 'H264' })));
    await world.clock.advance(200);
    expect(world.state('packet')).toBe('passed');
    expect(world.cause).toBeUndefined();
    world.media.events.onFrame();
    world.media.events.onFrame();
    await world.clock.advance(1_000);
    expect(world.cause).toBe('works');
    expect(new Set(world.last.steps.map(({ state }) => state))).toEqual(new Set(['passed']));
    expect(world.media.closed).toBe(true);
    expect(world.socket.closed).toBe('left');
    expect(world.gatherings.map(({ stopped }) => stopped)).toEqual([true, true]);
    expect(world.clock.timers.size).toBe(0);
  });

  test('asks relays of each kind, which the session takes in turns', async () => {
    await world.join();
    expect(world.gatherings.map(({ servers }) => servers.flatMap(({ urls }) => urls))).toEqual([
      [UDP],
      [TCP],
    ]);
  });

  test('takes no longer than 15 s, whatever is silent', async () => {
    world.health = () => new Promise(() => undefined);
    world.check.start();
    await world.clock.advance(14_999);
    expect(world.cause).toBeUndefined();
    await world.clock.advance(1);
    expect(world.cause).toBe('server-down');
  });

  test('that is closed reports nothing more', async () => {
    await world.join();
    world.check.close();
    const { length } = world.reports;
    await world.clock.advance(60_000);
    expect(world.reports).toHaveLength(length);
    expect(world.clock.timers.size).toBe(0);
  });
});

describe('the cause', () => {
  const refuse = (code: string) => world.socket.receive({ type: 'error', message: 'no', code });

  test('is the proxy where the server answers HTTP and opens no WebSocket, the server where it does neither', async () => {
    world.check.start();
    world.socket.events.onClosed();
    await world.clock.advance(2_000);
    expect(world.cause).toBe('no-socket');
    world = new CheckWorld();
    world.health = () => Promise.reject(new TypeError('fetch failed'));
    world.check.start();
    world.socket.events.onClosed();
    await world.clock.advance(2_000);
    expect(world.cause).toBe('server-down');
    expect(world.state('server')).toBe('failed');
  });

  test('is a server that answers no join', async () => {
    world.check.start();
    world.socket.events.onOpen();
    await world.clock.advance(15_000);
    expect(world.cause).toBe('no-answer-to-join');
    expect(world.state('token')).toBe('failed');
  });

  test.each(['token-missing', 'token-invalid', 'token-expired', 'token-revoked', 'forbidden'])(
    'is the token where the server says %s',
    async (code) => {
      world.check.start();
      world.socket.events.onOpen();
      refuse(code);
      await world.clock.advance(1_000);
      expect(world.cause).toBe(code);
      expect(world.state('token')).toBe('failed');
    },
  );

  test('is a server with too much to do, where it sends us away again and again', async () => {
    world.check.start();
    world.socket.events.onOpen();
    refuse('rate-limited');
    await world.clock.advance(15_000);
    expect(world.cause).toBe('busy');
  });

  test('is the camera where none is there, unless it comes meanwhile', async () => {
    await world.join();
    world.gathered(['host', 'srflx', 'relay']);
    refuse('stream-not-available');
    await world.clock.advance(500);
    world.socket.receive({ type: 'broadcaster-joined', stream_id: STREAM });
    await world.clock.advance(1_000);
    expect(world.cause).toBeUndefined();
    world.socket.receive({ type: 'broadcaster-left', stream_id: STREAM });
    await world.clock.advance(1_000);
    expect(world.cause).toBe('camera-offline');
  });

  test('is a camera that sends no offer', async () => {
    await world.join();
    world.gathered(['host', 'srflx', 'relay']);
    await world.clock.advance(15_000);
    expect(world.cause).toBe('camera-silent');
  });

  test('is a camera that stands still: it shows its last picture to who comes', async () => {
    await world.join();
    world.gathered(['host', 'srflx', 'relay']);
    await world.offer();
    world.media.events.onFrame();
    await world.clock.advance(15_000);
    expect(world.cause).toBe('frozen');
  });

  test('is a password that the relay does not take, also where there is a picture', async () => {
    await world.join();
    world.gatherings[0]?.events.onRefused({ url: UDP, code: 401 });
    world.gathered(['host', 'srflx']);
    await world.offer();
    world.socket.receive({ type: 'ice-candidate', from: STREAM, ...candidate(1) });
    await world.clock.advance(15_000);
    expect(world.cause).toBe('relay-refused');
    expect(world.state('candidates')).toBe('failed');
    // It is beside the way that was tried: what failed there is told, too.
    expect(world.state('pairs')).toBe('failed');
    world = new CheckWorld();
    await world.join();
    world.gatherings[0]?.events.onRefused({ url: UDP, code: 401 });
    world.gathered(['host', 'srflx']);
    await world.offer();
    world.media.events.onFrame();
    world.media.events.onFrame();
    await world.clock.advance(1_000);
    expect(world.cause).toBe('works-relay-refused');
  });

  test('is a network without UDP, where only the relay over TCP answered', async () => {
    await world.join();
    world.gatherings[1]?.events.onCandidate('relay');
    await world.offer();
    await world.clock.advance(15_000);
    expect(world.cause).toBe('udp-blocked');
    expect(world.state('candidates')).toBe('warned');
  });

  test('is not UDP where a device has a public address, and its servers have answered', async () => {
    await world.join();
    world.gathered(['host'], ['host']);
    await world.offer();
    await world.clock.advance(15_000);
    expect(world.cause).toBe('no-path');
  });

  test('is a network without UDP, too, where the browser tells of no server that can’t be reached', async () => {
    world.tellsRefusals = false;
    world.health = () => Promise.resolve({ ...HEALTH, turnKind: 'stun' });
    await world.join({ ice_servers: [{ urls: ['stun:stun.example'] }] });
    world.gathered(['host']);
    await world.offer();
    await world.clock.advance(15_000);
    expect(world.cause).toBe('udp-blocked');
  });

  test('is a server without TURN, where no direct way was found', async () => {
    world.health = () => Promise.resolve({ ...HEALTH, turnKind: 'stun' });
    const stun = [{ urls: ['stun:stun.example'] }];
    await world.join({ ice_servers: stun, turn_unavailable: 'no TURN service is configured' });
    world.gathered(['host', 'srflx']);
    await world.offer();
    world.socket.receive({ type: 'ice-candidate', from: STREAM, ...candidate(1) });
    await world.clock.advance(15_000);
    expect(world.cause).toBe('no-relay');
    expect(world.state('relay')).toBe('warned');
  });

  test('is a TURN service that gives the server nothing, also where there is a picture, and not without UDP', async () => {
    const unminted = {
      ice_servers: [{ urls: ['stun:stun.example'] }],
      turn_unavailable: 'refused (HTTP 401)',
    };
    await world.join(unminted);
    await world.offer();
    world.socket.receive({ type: 'ice-candidate', from: STREAM, ...candidate(1) });
    await world.clock.advance(15_000);
    expect(world.cause).toBe('relay-not-minted');
    expect(world.state('relay')).toBe('warned');
    world = new CheckWorld();
    await world.join(unminted);
    world.gathered(['host', 'srflx']);
    await world.offer();
    world.media.events.onFrame();
    world.media.events.onFrame();
    await world.clock.advance(1_000);
    expect(world.cause).toBe('works-relay-not-minted');
  });

  test('is no TURN service that had nothing at first, and has since', async () => {
    await world.join({ ice_servers: [], turn_unavailable: 'not yet' });
    world.socket.receive({ type: 'ice-servers', ice_servers: TURN });
    world.gathered(['host', 'srflx', 'relay'], ['host', 'relay']);
    await world.offer();
    world.media.events.onFrame();
    world.media.events.onFrame();
    await world.clock.advance(1_000);
    expect(world.cause).toBe('works');
  });

  test('is the codec, which is found before anything is answered', async () => {
    await world.join();
    world.gathered(['host', 'srflx', 'relay']);
    await world.offer(OFFER.replace('m=video 9', 'm=video 0'));
    await world.clock.advance(1_000);
    expect(world.cause).toBe('not-acceptable');
    expect(world.state('codec')).toBe('failed');
    expect(world.state('pairs')).toBe('not-reached');
    expect(world.socket.sentOf('answer')).toEqual([]);
  });
});

test('the text to copy has no token and no whole address, in each language', async () => {
  await world.join();
  world.gatherings[0]?.events.onRefused({ url: UDP, code: 401 });
  world.gathered(['host']);
  await world.clock.advance(15_000);
  const about = { server: 'http://198.51.100.9:8080', streamId: STREAM, browser: 'Any', at: new Date(0) };
  for (const text of [checkEn, checkDe]) {
    const copied = describeCheck(world.last, about, text);
    expect(copied).toContain('turn:203.0.…:3478');
    expect(copied).not.toMatch(/203\.0\.113|198\.51\.100|a\.b\.c/);
    expect(copied).toContain(text.causes(STREAM)['camera-silent'].says);
  }
});
