import { expect, test } from 'vitest';
import { relaysForTry } from '../src/domain/relays-for-try.ts';

const STUN = { urls: ['stun:stun.example:3478'] };
const SECRET = { username: 'u', credential: 'c' };
const UDP = 'turn:turn.example:3478?transport=udp';
const BARE = 'turn:turn.example';
const TCP = 'turn:turn.example:80?transport=tcp';
const TLS = 'turns:turn.example:443?transport=tcp';
const BOTH = [STUN, { urls: [UDP, TCP, TLS, BARE], ...SECRET }];

test('relays over UDP and relays over TCP take turns, and never share a connection', () => {
  expect(relaysForTry(BOTH, 0)).toEqual([STUN, { urls: [UDP, BARE], ...SECRET }]);
  expect(relaysForTry(BOTH, 1)).toEqual([STUN, { urls: [TCP, TLS], ...SECRET }]);
  expect(relaysForTry(BOTH, 2)).toEqual(relaysForTry(BOTH, 0));
});

test('where there is one kind, each try has it', () => {
  for (const url of [UDP, TCP]) {
    const servers = [STUN, { urls: [url], ...SECRET }];
    for (const n of [0, 1]) expect(relaysForTry(servers, n)).toEqual(servers);
  }
  expect(relaysForTry([STUN], 1)).toEqual([STUN]);
  expect(relaysForTry([], 0)).toEqual([]);
});
