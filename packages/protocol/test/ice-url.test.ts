import { expect, test } from 'vitest';
import { parseIceUrl } from '../src/index.ts';

test.each([
  ['stun:stun.example', { kind: 'stun', transport: 'udp', host: 'stun.example', port: 3478 }],
  ['turn:192.0.2.7:443?transport=tcp', { kind: 'turn', transport: 'tcp', host: '192.0.2.7', port: 443 }],
  ['turns:turn.example', { kind: 'turn', transport: 'tls', host: 'turn.example', port: 5349 }],
  ['turns:turn.example?transport=udp', { kind: 'turn', transport: 'dtls', host: 'turn.example', port: 5349 }],
  ['turn:[2001:db8::7]:3479', { kind: 'turn', transport: 'udp', host: '2001:db8::7', port: 3479 }],
])('RFC 7064, RFC 7065: %s is taken apart', (url, parts) => {
  expect(parseIceUrl(url)).toEqual(parts);
});

test.each([
  'http://turn.example',
  'turn:',
  'turn:a?transport=sctp',
  'turn:a:0',
  'turn:a:65536',
  'turn:a:99999',
])('%s is none, or has a port that there is not', (url) => {
  expect(parseIceUrl(url)).toBeUndefined();
});
