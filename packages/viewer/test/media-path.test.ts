import { describe, expect, test } from 'vitest';
import { isPrivateAddress, mediaPath, shortAddress } from '../src/domain/media-path.ts';
import type { PathEnd } from '../src/domain/stream-counters.ts';
import { pathOf } from './fake-counters.ts';

type End = Partial<PathEnd>;

describe('a direct path', () => {
  test.each<[End, End, string]>([
    [{ address: '127.0.0.1' }, { address: '127.0.0.1' }, 'same-machine'],
    [{ address: '192.168.1.7' }, { address: '192.168.1.7' }, 'same-machine'],
    [{ kind: 'prflx', address: '10.0.0.4' }, { address: '10.0.0.4' }, 'same-machine'],
    [{ address: '192.168.1.7' }, { address: '192.168.1.20' }, 'same-network'],
    [{ address: undefined }, { address: '192.168.1.20' }, 'same-network'],
    [{ address: 'b2c0.local' }, { address: 'fe80::1' }, 'same-network'],
    [{ kind: 'prflx', address: '10.1.1.1' }, { address: '10.1.1.2' }, 'same-network'],
    [{ address: '2001:db8::1' }, { address: '2001:db8::2' }, 'no-router'],
    [{ kind: 'srflx', address: '203.0.113.1' }, { address: '198.51.100.1' }, 'viewers-router'],
    [{ address: '192.168.1.7' }, { address: '198.51.100.1' }, 'viewers-router'],
    [{ address: '198.51.100.1' }, { kind: 'prflx', address: '203.0.113.1' }, 'cameras-router'],
    [{ address: '198.51.100.1' }, { address: '192.168.1.7' }, 'cameras-router'],
    [{ kind: 'srflx', address: '203.0.113.1' }, { kind: 'srflx', address: '198.51.100.1' }, 'both-routers'],
    [{ kind: 'prflx', address: undefined }, { kind: 'srflx', address: '198.51.100.1' }, 'both-routers'],
    [{ kind: 'srflx', address: '203.0.113.1' }, { kind: 'srflx', address: '203.0.113.1' }, 'shared-router'],
  ])('from %j to %j is %s', (local, remote, how) => {
    expect(mediaPath(pathOf(local, remote))).toEqual({ route: 'direct', how, protocol: 'udp' });
  });
});

describe('a relayed path', () => {
  test.each<[End, End, string, string | undefined]>([
    [{ kind: 'relay', relayProtocol: 'udp' }, { kind: 'srflx' }, 'viewer', 'udp'],
    [{ kind: 'relay', relayProtocol: 'tls' }, { kind: 'relay' }, 'both', 'tls'],
    [{ kind: 'relay', relayProtocol: 'tcp' }, { kind: 'host' }, 'viewer', 'tcp'],
    [{ kind: 'relay' }, { kind: 'host' }, 'viewer', undefined],
    [{ kind: 'prflx', relayProtocol: 'tcp' }, { kind: 'prflx' }, 'viewer', 'tcp'],
    [{ kind: 'host' }, { kind: 'relay' }, 'camera', undefined],
  ])('from %j to %j is the relay of: %s', (local, remote, by, over) => {
    expect(mediaPath(pathOf(local, remote))).toEqual({ route: 'relayed', by, over });
  });
});

test.each([
  ['10.9.8.7', true],
  ['172.15.0.1', false],
  ['172.16.0.1', true],
  ['172.31.255.1', true],
  ['172.32.0.1', false],
  ['100.63.0.1', false],
  ['100.64.0.1', true],
  ['100.127.0.1', true],
  ['100.128.0.1', false],
  ['169.254.1.1', true],
  ['192.168.0.1', true],
  ['192.169.0.1', false],
  ['::1', true],
  ['fd12:3456::1', true],
  ['FE80::1', true],
  ['2001:db8::1', false],
  ['8.8.8.8', false],
  ['f1d2c3.local', true],
])('%s is private: %s', (address, is) => {
  expect(isPrivateAddress(address)).toBe(is);
});

test.each([
  ['203.0.113.77', '203.0.…'],
  ['2001:db8:1:2::3', '2001:…'],
  ['9f8e7d6c.local', '….local'],
  [undefined, '?'],
])('in a report %s is %s', (address, short) => {
  expect(shortAddress(address)).toBe(short);
});
