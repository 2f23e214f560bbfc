import { beforeEach, describe, expect, test } from 'vitest';
import { FakeWorld, STREAM } from './fake-world.ts';

let world: FakeWorld;

beforeEach(() => {
  world = new FakeWorld();
});

test('what fails as it did before is on its way first, and told each time', () => {
  world.supported = false;
  for (let time = 0; time < 2; time++) world.player.connect(STREAM);
  const once = [
    { state: 'connecting', step: 'server' },
    { state: 'refused', why: 'no-webrtc' },
  ];
  expect(world.statuses).toEqual([...once, ...once]);
});

describe('the last frame', () => {
  test('stays while it is paused and until the same camera has another', async () => {
    await world.goLive();
    world.player.pause();
    expect(world.status).toEqual({ state: 'idle' });
    expect(world.connections.every(({ closed }) => closed)).toBe(true);
    expect(world.clock.timers.size).toBe(0);
    await world.goLive();
    expect(world.screenCleared).toBe(0);
  });

  test('goes when another camera is watched, paused before or not', async () => {
    await world.goLive();
    world.player.connect('another');
    expect(world.screenCleared).toBe(1);
    world.player.pause();
    world.player.connect(STREAM);
    expect(world.screenCleared).toBe(2);
  });

  test('goes when the right to watch has ended', async () => {
    await world.goLive();
    world.socket.receive({ type: 'error', code: 'token-revoked', message: 'revoked' });
    expect(world.status).toMatchObject({ state: 'ended', why: 'token-revoked' });
    expect(world.screenCleared).toBe(1);
  });
});
