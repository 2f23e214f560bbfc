import { expect, test } from 'vitest';
import { toNativeIceServers as convert, turnWays } from '../src/adapters/native-ice-servers.ts';
import type { StreamServer } from '../src/adapters/turn-bridge.ts';

const toNativeIceServers = (servers: Parameters<typeof convert>[0]) =>
  convert(servers, (hostname) => hostname);

const turn = (...urls: string[]) => ({ urls, username: 'u', credential: 'p' });
const native = (hostname: string, port: number) => ({
  hostname,
  port,
  username: 'u',
  password: 'p',
  relayType: 'TurnUdp',
});

test('no servers are none', () => {
  expect(toNativeIceServers([])).toEqual([]);
});

test('STUN and TURN over UDP are kept, with the usual port where none is given', () => {
  expect(toNativeIceServers([{ urls: ['stun:stun.example'] }, turn('turn:turn.example')])).toEqual([
    { hostname: 'stun.example', port: 3478 },
    native('turn.example', 3478),
  ]);
});

test('what libjuice can not speak is left out: TCP, TLS and what is no ICE URL', () => {
  const servers = [
    turn('turn:a.example:80?transport=tcp', 'turns:a.example:443?transport=tcp', 'turns:a.example:5349'),
    { urls: ['stuns:a.example', 'http://a.example', 'turn:', ''] },
  ];
  expect(toNativeIceServers(servers)).toEqual([]);
});

test("one STUN and two TURN servers are taken, the first ones of each server's list", () => {
  const servers = [
    { urls: ['stun:one.example', 'stun:two.example'] },
    turn('turn:a.example:3478?transport=udp', 'turn:a.example:80?transport=tcp', 'turn:b.example:53'),
    turn('turn:c.example'),
  ];
  expect(toNativeIceServers(servers)).toEqual([
    { hostname: 'one.example', port: 3478 },
    native('a.example', 3478),
    native('b.example', 53),
  ]);
});

test('an IPv6 address is given without its brackets', () => {
  expect(toNativeIceServers([turn('turn:[2001:db8::1]:5000')])).toEqual([native('2001:db8::1', 5000)]);
});

test('a port that is none is left out with its server', () => {
  expect(toNativeIceServers([turn('turn:a.example:99999', 'turn:b.example:0')])).toEqual([]);
});

test('credentials that no URL needs, or that are missing, do no harm', () => {
  expect(toNativeIceServers([{ urls: ['turn:a.example'] }])).toEqual([
    { ...native('a.example', 3478), username: '', password: '' },
  ]);
});

test('a server whose name has no address is left out, and the next one taken', () => {
  const find = (hostname: string) => (hostname === 'a.example' ? undefined : '203.0.113.7');
  const servers = [{ urls: ['stun:a.example'] }, turn('turn:a.example', 'turn:b.example')];
  expect(convert(servers, find)).toEqual([native('203.0.113.7', 3478)]);
});

test('over a stream, TURN servers are bridges on this machine, two at most, and port 443 comes first', () => {
  const asked: StreamServer[] = [];
  const openBridge = (server: StreamServer) => 40_000 + asked.push(server);
  const servers = [
    { urls: ['stun:stun.example'] },
    turn('turn:a.example', 'turn:a.example?transport=tcp', 'turns:b.example', 'turns:b.example:443'),
  ];
  expect(convert(servers, (hostname) => hostname, openBridge)).toEqual([
    { hostname: 'stun.example', port: 3478 },
    native('127.0.0.1', 40_001),
    native('127.0.0.1', 40_002),
  ]);
  expect(asked).toEqual([
    { hostname: 'b.example', port: 443, tls: true },
    { hostname: 'a.example', port: 3478, tls: false },
  ]);
});

test('a bridge that is not to be had is left out', () => {
  expect(
    convert(
      [turn('turns:a.example')],
      (hostname) => hostname,
      () => undefined,
    ),
  ).toEqual([]);
});

test.each([
  [['turns:a.example'], { udp: false, stream: true }],
  [['turn:a.example?transport=tcp', 'turn:a.example'], { udp: true, stream: true }],
  [['turns:a.example?transport=udp', 'turn:a.example', 'stuns:a.example'], { udp: true, stream: false }],
  [[], { udp: false, stream: false }],
])('the ways to TURN by %j are %j', (urls, ways) => {
  expect(turnWays([turn(...urls)])).toEqual(ways);
});
