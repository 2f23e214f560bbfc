/** What a viewer does about relays: which there are, how long they last, and that there are none. */
import { beforeEach, describe, expect, test } from 'vitest';
import { describeStatus } from '../src/text/describe-status.ts';
import { en } from '../src/text/en.ts';
import { FakeWorld, settle } from './fake-world.ts';

const turn = (username: string) => [{ urls: ['turn:turn.example'], username, credential: 'c' }];
const NO_TURN = { ice_servers: [], turn_unavailable: 'Cloudflare answered HTTP 503' };
const TTL = 100;

let world: FakeWorld;
beforeEach(() => {
  world = new FakeWorld();
});

async function goLive(route: 'direct' | 'relayed', more: object = { ice_servers: turn('a'), ice_ttl: TTL }) {
  await world.goToMedia(more);
  world.media.isRoute = route;
  world.frame();
  await settle();
}

const renewed = (more: object) => world.socket.receive({ type: 'ice-servers', ...more });

describe('a relayed connection', () => {
  test('[ICE8] is made anew when 80 % of its credentials’ life are over, and its picture moves until then', async () => {
    await goLive('relayed');
    await world.play(50_000);
    renewed({ ice_servers: turn('b'), ice_ttl: TTL });
    await world.play(29_000);
    expect(world.joins.length).toBe(1);
    await world.play(1_500);
    expect(world.joins.length).toBe(2);
    world.joined({ ice_servers: turn('b'), ice_ttl: 70 });
    await world.offer();
    await world.media.answers();
    expect(world.media.iceServers).toEqual(turn('b'));
    expect(world.connections[0]?.closed).toBe(false);
    world.media.isRoute = 'relayed';
    world.frame();
    await settle();
    expect(world.connections[0]?.closed).toBe(true);
    expect(new Set(world.statuses.slice(-3).map(({ state }) => state))).toContain('live');
    await world.play(55_000);
    expect(world.joins.length).toBe(2);
    renewed({ ice_servers: turn('c'), ice_ttl: TTL });
    await world.play(2_000);
    expect(world.joins.length).toBe(3);
  });

  test('[ICE8] waits for newer credentials where there are none', async () => {
    await goLive('relayed');
    await world.play(90_000);
    expect(world.joins.length).toBe(1);
    renewed({ ice_servers: turn('b'), ice_ttl: TTL });
    await world.play(2_000);
    expect(world.joins.length).toBe(2);
  });

  test('[ICE8] goes on where the new one comes to nothing, and another is asked for', async () => {
    await goLive('relayed');
    await world.play(70_000);
    renewed({ ice_servers: turn('b'), ice_ttl: TTL });
    await world.play(11_000);
    expect(world.joins.length).toBe(2);
    world.loseSocket();
    await world.play(2_000);
    world.open();
    world.joined({ resumed: true, ice_servers: turn('b'), ice_ttl: TTL });
    await world.play(2_000);
    expect(world.joins.length).toBe(4);
    expect(world.joins[2]?.viewer_id).toBeDefined();
    expect(world.joins[3]?.viewer_id).toBeUndefined();
  });

  test.each([
    ['a direct one', 'direct', { ice_servers: turn('a'), ice_ttl: TTL }],
    ['one whose credentials do not expire', 'relayed', { ice_servers: turn('a') }],
  ] as const)('%s is left as it is', async (_name, route, more) => {
    await goLive(route, more);
    renewed(more);
    await world.play(120_000);
    expect(world.joins.length).toBe(1);
  });
});

describe('the server is told', () => {
  test('[ICE10] once for each connection with a picture how it goes', async () => {
    await goLive('relayed');
    await world.play(1_000);
    expect(world.socket.sentOf('connected')).toEqual([{ type: 'connected', route: 'relayed' }]);
    await world.offer();
    await world.media.answers();
    world.media.isRoute = 'direct';
    world.frame();
    await world.play(1_000);
    expect(world.socket.sentOf('connected').map(({ route }) => route)).toEqual(['relayed', 'direct']);
  });

  test('[ICE10] nothing where the browser does not know, or the server is an old one', async () => {
    await world.goLive();
    await settle();
    expect(world.socket.sentOf('connected')).toEqual([]);
    world = new FakeWorld();
    await goLive('direct', { ice_servers: undefined });
    expect(world.socket.sentOf('connected')).toEqual([]);
  });
});

describe('without a relay', () => {
  const sentence = () => describeStatus(world.status, en);

  test('[ICE5] a connection that takes long is said to be tried directly alone, and why', async () => {
    await world.goToMedia(NO_TURN);
    expect(sentence()).toBe('Opening the video…');
    await world.clock.advance(4_000);
    expect(sentence()).toBe(
      'Opening the video… Only a direct connection can be tried: Cloudflare answered HTTP 503.',
    );
    world.media.events.onConnection('failed');
    expect(sentence()).toContain('Asking the camera again… Only a direct connection can be tried');
    world.joined(NO_TURN);
    await world.offer();
    await world.media.answers();
    world.frame();
    expect(sentence()).toBe('Live');
  });

  test('[ICE5] TURN that comes later is used where a direct connection takes long', async () => {
    await world.goToMedia(NO_TURN);
    renewed({ ice_servers: turn('a'), ice_ttl: TTL });
    await world.clock.advance(3_900);
    expect(world.joins.length).toBe(1);
    await world.clock.advance(200);
    expect(world.joins.length).toBe(2);
    world.joined({ ice_servers: turn('a'), ice_ttl: TTL });
    await world.offer();
    expect(world.media.iceServers).toEqual(turn('a'));
  });

  test('[ICE5] TURN that comes when a direct connection has taken too long is used at once', async () => {
    await world.goToMedia(NO_TURN);
    await world.clock.advance(6_000);
    expect(world.joins.length).toBe(1);
    renewed({ ice_servers: turn('a'), ice_ttl: TTL });
    expect(world.joins.length).toBe(2);
  });

  test('[ICE9] TURN that comes before the offer is used for it', async () => {
    world.player.connect('garden');
    world.open();
    world.joined(NO_TURN);
    renewed({ ice_servers: turn('a'), ice_ttl: TTL });
    await world.offer();
    expect(world.media.iceServers).toEqual(turn('a'));
  });
});
