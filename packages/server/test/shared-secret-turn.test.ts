import { expect, test } from 'vitest';
import { SharedSecretTurn } from '../src/adapters/coturn/shared-secret-turn.ts';

test('a TURN server that knows the secret can check what is minted', async () => {
  const urls = ['turn:203.0.113.7:3478?transport=udp', 'turn:203.0.113.7:3478?transport=tcp'];
  const turn = new SharedSecretTurn({ secret: 'north', urls }, () => 1_700_000_000_900);
  // printf 1700000600:perch | openssl dgst -sha1 -hmac north -binary | base64
  const credential = 'MGbdq/08Uo68K2q4/mwvxgF3NQ0=';
  expect(await turn.mint(600)).toEqual({
    ok: true,
    iceServers: [{ urls, username: '1700000600:perch', credential }],
  });
});
