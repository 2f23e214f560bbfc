import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import {
  endpointOf,
  isCheckedAtOnce,
  isHidden,
  isInAnotherNetwork,
  isOfThisMachine,
  isRelayed,
  isRelayedOverStream,
  movedTo,
} from '../src/adapters/candidate-reach.ts';

const network = (cidr: string, family: 'IPv4' | 'IPv6' = 'IPv4'): NetworkInterfaceInfo =>
  ({ cidr, family, address: cidr.split('/')[0] }) as NetworkInterfaceInfo;

const HOME = {
  lo: [network('127.0.0.1/8'), network('::1/128', 'IPv6')],
  wlan0: [network('192.168.1.2/24'), network('fe80::1/64', 'IPv6')],
  tailscale0: [network('100.101.102.103/32')],
};

const at = (address: string, type = 'host') => `candidate:1 1 udp 2122260223 ${address} 9 typ ${type}`;

test.each([
  ['192.168.1.77', false],
  ['192.168.2.77', true],
  ['10.0.0.1', true],
  ['172.31.255.1', true],
  ['172.32.0.1', false],
  ['100.64.0.1', true],
  ['100.101.102.103', false],
  ['169.254.3.4', true],
  ['203.0.113.9', false],
  ['127.0.0.1', false],
  ['2001:db8::1', false],
  ['fd00::1', false],
  ['0e1f2a3b.local', false],
])('a viewer at %s: in another network is %s', (address, expected) => {
  expect(isInAnotherNetwork(at(address), HOME)).toBe(expected);
  expect(isInAnotherNetwork(`a=${at(address)}`, HOME)).toBe(expected);
});

test('what a server saw or gave is in no other network', () => {
  for (const type of ['srflx', 'prflx', 'relay'])
    expect(isInAnotherNetwork(at('10.0.0.1', type), HOME)).toBe(false);
});

test('without a network of ours, every private one is another', () => {
  expect(isInAnotherNetwork(at('192.168.1.77'), {})).toBe(true);
});

test('an address of this machine is told from what only a server knows', () => {
  const ours = (address: string, type: string) => isOfThisMachine(at(address, type), HOME);
  expect(['host', 'srflx', 'prflx'].map((type) => ours('192.168.1.2', type))).toEqual([true, true, true]);
  expect(['srflx', 'prflx', 'relay'].map((type) => ours('203.0.113.9', type))).toEqual([false, false, false]);
  // A TURN server on this machine is as far as any other.
  expect(ours('192.168.1.2', 'relay')).toBe(false);
  expect(isOfThisMachine('', HOME)).toBe(false);
});

test('a name and a TCP address are not checked at once', () => {
  expect(
    ['192.0.2.1', '2001:db8::1', '0e1f2a3b.local'].map((address) => isCheckedAtOnce(at(address))),
  ).toEqual([true, true, false]);
  expect(isCheckedAtOnce(at('192.0.2.1').replace('udp', 'UDP'))).toBe(true);
  expect(isCheckedAtOnce(at('192.0.2.1').replace('udp', 'tcp'))).toBe(false);
});

test('a browser that hides its addresses is told from one that gives them', () => {
  expect(isHidden(at('2d6ac2ef-0f3b-4a6e-9d2c-1f4a4a0f0d11.local'))).toBe(true);
  expect(isHidden(at('camera.example'))).toBe(false);
  expect(isHidden(at('192.0.2.1'))).toBe(false);
});

/** As Chromium 156 sends them, for a TURN server over UDP, TCP and TLS. */
const RELAYS = [41885695, 25108223, 8331007].map(
  (priority) =>
    `candidate:3 1 udp ${priority} 203.0.113.9 51000 typ relay raddr 192.0.2.7 rport 40000 generation 0 ufrag abcd`,
);

test('a relay over TCP or TLS is told from one over UDP by its priority', () => {
  expect(RELAYS.map(isRelayedOverStream)).toEqual([false, true, true]);
  expect(RELAYS.map(isRelayed)).toEqual([true, true, true]);
  expect(isRelayedOverStream(at('203.0.113.9'))).toBe(false);
  expect(RELAYS.map((relay) => relay.replace(' 51000 ', ' 0 ')).some(isRelayedOverStream)).toBe(false);
  expect(isRelayedOverStream(at('turn.example', 'relay').replace('2122260223', '1'))).toBe(false);
});

test('a candidate that is moved keeps all but its address', () => {
  const [, relay = ''] = RELAYS;
  expect(endpointOf(relay)).toEqual({ address: '203.0.113.9', port: 51000 });
  const moved = movedTo(relay, '127.0.0.1', 40001);
  expect(moved).toBe(relay.replace('203.0.113.9 51000', '127.0.0.1 40001'));
  expect(endpointOf(`a=${moved}`)).toEqual({ address: '127.0.0.1', port: 40001 });
  expect(movedTo(`a=${relay}`, '127.0.0.1', 40001)).toBe(`a=${moved}`);
});
