import { expect, test } from 'vitest';
import { createIceServerSource } from '../../src/adapters/turn/create-ice-server-source.ts';
import type { IceServerState } from '../../src/domain/turn/ice-session.ts';
import { PUBLIC_STUN_URLS } from '../../src/domain/turn/ice-session.ts';
import type { TurnOptions } from '../../src/server-options.ts';
import { ManualScheduler } from '../support/manual-scheduler.ts';

const URLS = ['turn:203.0.113.7:3478?transport=udp', 'turn:203.0.113.7:3478?transport=tcp'];

function setUp(turn: TurnOptions) {
  const scheduler = new ManualScheduler();
  let ids = 0;
  const source = createIceServerSource(turn, {
    scheduler,
    random: () => 0.5,
    randomId: () => `id${++ids}`,
    report: () => undefined,
  });
  const open = (role: 'viewer' | 'broadcaster' = 'viewer') => {
    const renewed: IceServerState[] = [];
    const session = source.open(role, (state) => renewed.push(state));
    return { session, renewed };
  };
  return { scheduler, source, open };
}

const OWN: TurnOptions = { kind: 'shared-secret', secret: 'north', urls: URLS };

test('[ICE5] a TURN server that knows the secret can check what each session is given', () => {
  const { open } = setUp(OWN);
  const states = [open().session.current, open('broadcaster').session.current];
  expect(states.map(({ ttlSeconds }) => ttlSeconds)).toEqual([600, 1200]);
  expect(states.map(({ iceServers }) => iceServers)).toEqual([
    [
      { urls: PUBLIC_STUN_URLS },
      // printf 1700000600:id1 | openssl dgst -sha1 -hmac north -binary | base64
      { urls: URLS, username: '1700000600:id1', credential: 'V54HoIj8+7Ngm23RgsQw8R4zRbw=' },
    ],
    [
      { urls: PUBLIC_STUN_URLS },
      { urls: URLS, username: '1700001200:id2', credential: '/hoDex5dE2n/8UDZLqLrSFL9izY=' },
    ],
  ]);
});

test('[ICE6] computed credentials are renewed at half of their life, until the session or the server ends', () => {
  const { open, scheduler, source } = setUp({ ...OWN, ttlSeconds: 8 });
  const { session, renewed } = open();
  const other = open();
  scheduler.advance(40_000);
  expect(renewed.map(({ iceServers }) => iceServers[1]?.username)).toEqual(
    Array.from({ length: 10 }, (_, n) => `${1_700_000_012 + 4 * n}:id1`),
  );
  session.close('gone');
  scheduler.advance(4000);
  expect(renewed.length).toBe(10);
  expect(other.renewed.length).toBe(11);
  source.close();
  scheduler.advance(8000);
  expect(other.renewed.length).toBe(12);
  expect(other.renewed.at(-1)?.available).toBe(false);
  expect(scheduler.nextInMs).toBeUndefined();
});

test('[ICE6] a fixed user and password have no life and are not renewed', async () => {
  const { open, scheduler, source } = setUp({ kind: 'static', username: 'u', password: 'p', urls: URLS });
  const { session } = open();
  const iceServers = [{ urls: PUBLIC_STUN_URLS }, { urls: URLS, username: 'u', credential: 'p' }];
  expect(session.current).toEqual({ iceServers, available: true });
  expect(scheduler.nextInMs).toBeUndefined();
  expect((await source.once()).current).toEqual({ iceServers, available: true });
});

test('[ICE1] without a service: none is an empty list, stun is public STUN, and both say why', async () => {
  const none = setUp({ kind: 'none' });
  expect(none.open().session.current).toEqual({
    iceServers: [],
    available: false,
    reason: 'STUN and TURN are turned off',
  });
  const stun = setUp({ kind: 'stun' });
  const state = {
    iceServers: [{ urls: PUBLIC_STUN_URLS }],
    available: false,
    reason: 'no TURN service is configured',
  };
  expect(stun.open().session.current).toEqual(state);
  expect((await stun.source.once()).current).toEqual(state);
  expect(stun.source.state).toEqual({ available: false, reason: 'no TURN service is configured' });
});
