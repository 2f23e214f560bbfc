import { describe, expect, it } from 'vitest';
import { chooseTurn, type TurnSettings } from '../src/turn-choice.ts';

const NONE: TurnSettings = {
  cloudflareTurnId: '',
  cloudflareTurnToken: '',
  turnSecret: '',
  turnUrls: [],
  turnUsername: '',
  turnPassword: '',
  turnTtl: 600,
};
const CLOUDFLARE = { ...NONE, cloudflareTurnId: 'id', cloudflareTurnToken: 'token' };
const URLS = ['turn:203.0.113.7:3478'];

describe('TURN', () => {
  it('is Cloudflare with both values', () => {
    const choice = chooseTurn(CLOUDFLARE);
    expect(choice.turn).toEqual({ kind: 'cloudflare', keyId: 'id', apiToken: 'token', ttlSeconds: 600 });
    expect(choice.warning).toBeUndefined();
  });

  it('is a server of one’s own with its secret and its URLs', () => {
    const choice = chooseTurn({ ...NONE, turnSecret: 'north', turnUrls: URLS });
    expect(choice.turn).toEqual({ kind: 'shared-secret', secret: 'north', urls: URLS, ttlSeconds: 600 });
    expect(choice.state).toBe('TURN: turn:203.0.113.7:3478');
    expect(choice.warning).toBeUndefined();
  });

  it('is a server of one’s own where Cloudflare is set too, with a warning', () => {
    const choice = chooseTurn({ ...CLOUDFLARE, turnSecret: 'north', turnUrls: URLS });
    expect(choice.turn.kind).toBe('shared-secret');
    expect(choice.warning).toContain('without Cloudflare');
  });

  it('is STUN only, without a warning, where nothing is set', () => {
    expect(chooseTurn(NONE)).toMatchObject({ turn: { kind: 'stun' } });
    expect(chooseTurn(NONE).warning).toBeUndefined();
  });

  it.each([
    ['id', '', 'CLOUDFLARE_TURN_ID is set but CLOUDFLARE_TURN_TOKEN is not'],
    ['', 'token', 'CLOUDFLARE_TURN_TOKEN is set but CLOUDFLARE_TURN_ID is not'],
    ['YOUR_TURN_ID', 'token', 'CLOUDFLARE_TURN_ID is still the placeholder'],
    ['id', 'your_api_token_here', 'CLOUDFLARE_TURN_TOKEN is still the placeholder'],
    ['your_turn_key_id_here', 'YOUR_TURN_TOKEN', 'CLOUDFLARE_TURN_ID and CLOUDFLARE_TURN_TOKEN are still'],
  ])('with id %j and token %j is STUN only, with a warning', (id, token, warning) => {
    const choice = chooseTurn({ ...NONE, cloudflareTurnId: id, cloudflareTurnToken: token });
    expect(choice.turn).toEqual({ kind: 'stun' });
    expect(choice.warning).toContain(warning);
    expect(choice.state).toContain('TURN: none');
  });

  it('is a server of one’s own with a fixed user and password', () => {
    const choice = chooseTurn({ ...NONE, turnUrls: URLS, turnUsername: 'u', turnPassword: 'p' });
    expect(choice.turn).toEqual({ kind: 'static', username: 'u', password: 'p', urls: URLS });
    expect(choice.warning).toBeUndefined();
  });

  it('is by the secret where there are a user and a password too, with a warning', () => {
    const settings = { ...NONE, turnSecret: 'north', turnUrls: URLS, turnUsername: 'u', turnPassword: 'p' };
    const choice = chooseTurn(settings);
    expect(choice.turn.kind).toBe('shared-secret');
    expect(choice.warning).toContain('without TURN_USERNAME');
  });

  it.each([
    [[], 'u', 'p', 'TURN_USERNAME is set but TURN_URLS is not'],
    [URLS, 'u', '', 'TURN_USERNAME is set but TURN_PASSWORD is not'],
    [URLS, '', 'p', 'TURN_PASSWORD is set but TURN_USERNAME is not'],
  ])(
    'with URLs %j, user %j and password %j is STUN only, with a warning',
    (turnUrls, turnUsername, turnPassword, warning) => {
      const choice = chooseTurn({ ...NONE, turnUrls, turnUsername, turnPassword });
      expect(choice.turn).toEqual({ kind: 'stun' });
      expect(choice.warning).toContain(warning);
    },
  );

  it.each([
    ['north', [], 'TURN_SECRET is set but TURN_URLS is not'],
    ['', URLS, 'TURN_URLS is set but TURN_SECRET is not'],
  ])('with secret %j and URLs %j is STUN only, with a warning', (turnSecret, turnUrls, warning) => {
    const choice = chooseTurn({ ...NONE, turnSecret, turnUrls });
    expect(choice.turn).toEqual({ kind: 'stun' });
    expect(choice.warning).toContain(warning);
  });
});
