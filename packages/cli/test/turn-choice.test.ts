import { describe, expect, it } from 'vitest';
import { chooseTurn } from '../src/turn-choice.ts';

describe('TURN', () => {
  it('is Cloudflare with both values', () => {
    const choice = chooseTurn('id', 'token');
    expect(choice.turn).toEqual({ kind: 'cloudflare', keyId: 'id', apiToken: 'token' });
    expect(choice.warning).toBeUndefined();
  });

  it('is STUN only, without a warning, where neither is set', () => {
    expect(chooseTurn('', '')).toMatchObject({ turn: { kind: 'stun' } });
    expect(chooseTurn('', '').warning).toBeUndefined();
  });

  it.each([
    ['id', '', 'CLOUDFLARE_TURN_ID is set but CLOUDFLARE_TURN_TOKEN is not'],
    ['', 'token', 'CLOUDFLARE_TURN_TOKEN is set but CLOUDFLARE_TURN_ID is not'],
    ['YOUR_TURN_ID', 'token', 'CLOUDFLARE_TURN_ID is still the placeholder'],
    ['id', 'your_api_token_here', 'CLOUDFLARE_TURN_TOKEN is still the placeholder'],
    ['your_turn_key_id_here', 'YOUR_TURN_TOKEN', 'CLOUDFLARE_TURN_ID and CLOUDFLARE_TURN_TOKEN are still'],
  ])('with id %j and token %j is STUN only, with a warning', (id, token, warning) => {
    const choice = chooseTurn(id, token);
    expect(choice.turn).toEqual({ kind: 'stun' });
    expect(choice.warning).toContain(warning);
    expect(choice.state).toContain('TURN: none');
  });
});
