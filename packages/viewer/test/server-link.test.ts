import { beforeEach, describe, expect, test } from 'vitest';
import {
  backoffMs,
  LONG_LOST_BACKOFF,
  MIN_BACKOFF_MS,
  SERVER_BACKOFF,
  spreadMs,
} from '../src/domain/backoff.ts';
import type { ServerReach } from '../src/domain/ports.ts';
import { FakeWorld, STREAM } from './fake-world.ts';

let world: FakeWorld;
beforeEach(() => {
  world = new FakeWorld();
});

describe('back-off', () => {
  test('grows from 250 ms to 1 s at most, in the end to 3 s, and takes any part of it', () => {
    const attempts = [1, 2, 3, 4, 5, 6, 50, 5_000];
    const most = attempts.map((attempt) => backoffMs(attempt, SERVER_BACKOFF, () => 0.9999));
    expect(most).toEqual([249, 499, 999, 999, 999, 999, 999, 999]);
    const longLost = attempts.map((attempt) => backoffMs(attempt, LONG_LOST_BACKOFF, () => 0.9999));
    expect(longLost).toEqual([249, 499, 999, 1999, 2999, 2999, 2999, 2999]);
    const half = [1, 2, 3].map((attempt) => backoffMs(attempt, SERVER_BACKOFF, () => 0.5));
    expect(half).toEqual([125, 250, 500]);
    expect(backoffMs(9, SERVER_BACKOFF, () => 0)).toBe(MIN_BACKOFF_MS);
  });

  test('[LIFE3] five thousand who were sent away together come back over three seconds, as many in each', () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 0x7fffffff;
      return seed / 0x7fffffff;
    };
    const seconds = [0, 0, 0];
    for (let n = 0; n < 5_000; n++) {
      const second = Math.floor(spreadMs(random) / 1_000);
      seconds[second] = (seconds[second] ?? 0) + 1;
    }
    expect(seconds).toHaveLength(3);
    for (const joins of seconds) expect(joins).toBeLessThan((5_000 / 3) * 1.1);
  });

  test('five thousand whose server was killed look for it within a second, as many in each tenth of it', () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 0x7fffffff;
      return seed / 0x7fffffff;
    };
    const tenths: number[] = Array.from({ length: 10 }, () => 0);
    for (let n = 0; n < 5_000; n++) {
      const tenth = Math.floor(backoffMs(4, SERVER_BACKOFF, random) / 100);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(tenths).toHaveLength(10);
    // None comes in the first tenth, since nobody is asked in a tight loop: they are in the second.
    expect(tenths[0]).toBe(0);
    for (const tries of tenths.slice(2)) expect(tries).toBeLessThan((5_000 / 10) * 1.2);
  });

  test('a server that is back is found within 1 s of the first minute, and within 3 s however long it was away', async () => {
    world.random = 0.9999;
    world.player.connect(STREAM);
    world.loseSocket();
    for (const [untilMs, withinMs] of [
      [60_000, 1_000],
      [600_000, 3_000],
    ] as const) {
      while (world.clock.now() < untilMs) {
        const tries = world.sockets.length + world.probes;
        await world.clock.advance(withinMs);
        expect(world.sockets.length + world.probes).toBeGreaterThan(tries);
        world.loseSocket();
      }
    }
    world.probed = () => Promise.resolve('there');
    const before = world.sockets.length;
    await world.clock.advance(3_000);
    expect(world.sockets.length).toBe(before + 1);
  });

  test('a page opens few sockets in vain: browsers that saw many fail hold back the next', async () => {
    world.random = 0.9999;
    world.player.connect(STREAM);
    for (let second = 0; second < 60; second++) {
      world.loseSocket();
      await world.clock.advance(1_000);
    }
    expect(world.sockets.length).toBeLessThanOrEqual(5);
    expect(world.probes).toBeGreaterThan(50);
  });

  test('a probe that hangs is given up, and one that is overtaken changes nothing', async () => {
    let answer: (reach: ServerReach) => void = () => undefined;
    world.probed = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    world.player.connect(STREAM);
    for (let failure = 1; failure <= 3; failure++) {
      world.loseSocket();
      await world.clock.advance(500);
    }
    expect([world.sockets.length, world.probes]).toEqual([3, 1]);
    await world.clock.advance(4_200);
    expect([world.sockets.length, world.probes]).toEqual([3, 2]);
    await world.clock.advance(600);
    world.player.handleNetworkChange();
    expect(world.sockets).toHaveLength(4);
    answer('there');
    await world.clock.advance(0);
    expect(world.sockets).toHaveLength(4);
    world.open();
    expect(world.joins).toHaveLength(1);
  });

  test('a server that lets no page of this origin in is told from one that is away', async () => {
    world.probed = () => Promise.resolve('refuses-page');
    world.player.connect(STREAM);
    for (let failure = 1; failure <= 3; failure++) {
      expect(world.status).not.toMatchObject({ why: 'page' });
      world.loseSocket();
      await world.clock.advance(500);
    }
    expect(world.status).toMatchObject({ state: 'reconnecting', why: 'page' });
    world.probed = () => Promise.resolve('there');
    await world.clock.advance(1_000);
    world.open();
    expect(world.status).toEqual({ state: 'connecting', step: 'joining' });
    world.probed = () => Promise.resolve('refuses-page');
    for (let failure = 1; failure <= 8; failure++) {
      world.loseSocket();
      expect(world.status).toMatchObject({ state: 'reconnecting', why: 'server' });
      await world.clock.advance(500);
    }
  });

  test('a try that hung has waited enough', async () => {
    world.random = 0.9999;
    world.player.connect(STREAM);
    for (const failures of [1, 2]) {
      await world.clock.advance(4_000);
      expect(world.status).toMatchObject({ state: 'reconnecting', attempt: failures, retryInMs: 100 });
      await world.clock.advance(100);
    }
  });

  test('one that opens sockets but takes nobody in is not asked in a tight loop', async () => {
    world.random = 0.9999;
    world.player.connect(STREAM);
    const waits: number[] = [];
    for (let round = 0; round < 5; round++) {
      world.open();
      world.loseSocket();
      if (world.status.state === 'reconnecting') waits.push(world.status.retryInMs);
      world.probed = () => Promise.resolve('there');
      await world.clock.advance(3_000);
    }
    expect(waits).toEqual([249, 499, 999, 999, 999]);
  });
});

describe('a lost WebSocket', () => {
  test('[RESUME1] with live video: the picture stays, and join carries the viewer_id', async () => {
    await world.goLive();
    const { media } = world;
    world.loseSocket();
    expect(world.status).toEqual({ state: 'live', serverLost: true });
    await world.play(400);
    expect(world.sockets).toHaveLength(2);
    world.open();
    expect(world.socket.sent).toEqual([{ type: 'join', stream_id: STREAM, viewer_id: 'viewer-1' }]);
    world.joined({ viewer_id: 'viewer-1', resumed: true });
    expect(world.status).toEqual({ state: 'live', serverLost: false });
    await world.play(20_000);
    expect(world.connections).toEqual([media]);
    expect(media.closed).toBe(false);
    expect(world.joins).toHaveLength(2);
  });

  test('[RESUME2] when the id is not given back, the video goes on until an offer replaces it', async () => {
    await world.goLive();
    world.loseSocket();
    await world.play(400);
    world.open();
    world.joined();
    expect(world.status.state).toBe('live');
    await world.offer();
    await world.media.answers();
    expect(world.connections.map(({ closed }) => closed)).toEqual([false, false]);
    world.frame();
    expect(world.connections.map(({ closed }) => closed)).toEqual([true, false]);
  });

  test('video that froze meanwhile is not resumed but asked for anew', async () => {
    world.random = 0.9999;
    await world.goLive();
    world.loseSocket();
    await world.clock.advance(3_500);
    expect(world.status).toMatchObject({ state: 'reconnecting', why: 'server' });
    world.open();
    expect(world.socket.sent).toEqual([{ type: 'join', stream_id: STREAM }]);
  });

  test('video that freezes while we resume is asked for anew once we have', async () => {
    await world.goLive();
    world.loseSocket();
    await world.play(400);
    world.open();
    await world.clock.advance(3_000);
    world.joined({ resumed: true });
    expect(world.socket.sentOf('join')).toEqual([
      { type: 'join', stream_id: STREAM, viewer_id: 'viewer-1' },
      { type: 'join', stream_id: STREAM },
    ]);
  });

  test('without video: reconnecting, and a plain join', async () => {
    world.player.connect(STREAM);
    world.open();
    world.joined();
    world.loseSocket();
    expect(world.status).toEqual({ state: 'reconnecting', attempt: 1, retryInMs: 125, why: 'server' });
    await world.clock.advance(125);
    world.open();
    expect(world.socket.sent).toEqual([{ type: 'join', stream_id: STREAM }]);
  });

  test('[LIFE3] a server that is closing is left at once and looked for again, by each at a time of its own', async () => {
    await world.goLive();
    world.socket.receive({ type: 'error', code: 'server-closing', message: 'closing' });
    expect(world.socket.closed).toBe('lost');
    expect(world.status).toEqual({ state: 'live', serverLost: true });
    await world.clock.advance(1_499);
    expect(world.sockets).toHaveLength(1);
    await world.clock.advance(1);
    expect(world.sockets).toHaveLength(2);
  });

  test('[JOIN6] a silent one is not closed as by someone who leaves: that may arrive before the next join', async () => {
    await world.goLive();
    await world.play(5_000);
    world.socket.receive({ type: 'pong' });
    await world.play(10_200);
    expect(world.sockets).toHaveLength(2);
    expect(world.sockets[0]?.closed).toBe('lost');
    world.open();
    expect(world.joins.at(-1)).toMatchObject({ viewer_id: 'viewer-1' });
    world.player.disconnect();
    expect(world.sockets[1]?.closed).toBe('left');
  });

  test('one that never opens, or takes nobody in, is given up after seconds', async () => {
    world.player.connect(STREAM);
    await world.clock.advance(4_000);
    expect(world.sockets[0]?.closed).toBe('lost');
    await world.clock.advance(500);
    world.open();
    await world.clock.advance(5_000);
    expect(world.sockets[1]?.closed).toBe('lost');
    expect(world.status).toMatchObject({ state: 'reconnecting', attempt: 2, why: 'server' });
  });
});

describe('[LIFE2] pings', () => {
  const pings = () => world.socket.sentOf('ping').length;
  const pong = () => world.socket.receive({ type: 'pong' });

  beforeEach(() => {
    world.player.connect(STREAM);
    world.open();
    world.joined();
    world.socket.receive({ type: 'error', code: 'stream-not-available', message: 'Stream not available' });
  });

  test('leave every 5 s', async () => {
    await world.clock.advance(15_000);
    expect(pings()).toBe(3);
  });

  test('an old server, which answers none, is not judged by that', async () => {
    await world.clock.advance(60_000);
    expect(world.sockets).toHaveLength(1);
    expect(world.status.state).toBe('waiting-for-camera');
  });

  test('a server that answered one is lost when it is silent for 10 s', async () => {
    await world.clock.advance(5_000);
    pong();
    await world.clock.advance(9_900);
    expect(world.sockets).toHaveLength(1);
    await world.clock.advance(100);
    expect(world.status).toMatchObject({ state: 'reconnecting', why: 'server' });
  });

  test('a server that was replaced by an old one is doubted once, not for ever', async () => {
    await world.clock.advance(5_000);
    pong();
    world.loseSocket();
    await world.clock.advance(125);
    world.open();
    world.joined();
    await world.clock.advance(10_000 + 125);
    expect(world.sockets).toHaveLength(3);
    world.open();
    world.joined();
    world.socket.receive({ type: 'error', code: 'stream-not-available', message: 'no' });
    await world.clock.advance(60_000);
    expect(world.sockets).toHaveLength(3);
  });

  test('a network or page that comes back is tested, and a lost server looked for, at once', async () => {
    await world.clock.advance(5_000);
    pong();
    world.player.handleNetworkChange();
    expect(pings()).toBe(2);
    await world.clock.advance(2_000);
    expect(world.status).toMatchObject({ state: 'reconnecting', why: 'server' });
    world.player.handleVisible(true);
    expect(world.sockets).toHaveLength(2);
  });

  test('a try that began before the network was back is begun again, one that just began is not', async () => {
    world.loseSocket();
    await world.clock.advance(125);
    expect(world.sockets).toHaveLength(2);
    world.player.handleNetworkChange();
    expect(world.sockets).toHaveLength(2);
    await world.clock.advance(600);
    world.player.handleNetworkChange();
    expect(world.sockets.map(({ closed }) => closed)).toEqual(['lost', 'lost', undefined]);
    expect(world.status).toMatchObject({ state: 'reconnecting', attempt: 1 });
  });
});
