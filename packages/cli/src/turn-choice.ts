/** Which ICE servers the settings ask for. Pure. */
import type { ServerOptions } from '@perch/server';

export interface TurnChoice {
  readonly turn: ServerOptions['turn'];
  /** One line for the start. */
  readonly state: string;
  /** Why there is no TURN although someone seems to want it. */
  readonly warning?: string;
}

const NO_TURN = 'TURN: none, so viewers behind strict networks may get no picture';

/** What the setup guide and our own example file say where a person's own value belongs. */
const PLACEHOLDER = /^(YOUR_TURN_ID|YOUR_TURN_TOKEN|your_turn_key_id_here|your_api_token_here)$/i;

export function chooseTurn(keyId: string, apiToken: string): TurnChoice {
  const stun = { turn: { kind: 'stun' }, state: NO_TURN } as const;
  const placeholders = Object.entries({ CLOUDFLARE_TURN_ID: keyId, CLOUDFLARE_TURN_TOKEN: apiToken })
    .filter(([, value]) => PLACEHOLDER.test(value))
    .map(([name]) => name);
  if (placeholders.length > 0) {
    const names = placeholders.join(' and ');
    return {
      ...stun,
      warning: `${names} ${placeholders.length > 1 ? 'are' : 'is'} still the placeholder: put your own value there, or remove it; going on with STUN only`,
    };
  }
  if (keyId === '' && apiToken === '') return stun;
  if (keyId === '' || apiToken === '') {
    const [set, missing] = keyId === '' ? ['TOKEN', 'ID'] : ['ID', 'TOKEN'];
    return {
      ...stun,
      warning: `CLOUDFLARE_TURN_${set} is set but CLOUDFLARE_TURN_${missing} is not; going on with STUN only`,
    };
  }
  return { turn: { kind: 'cloudflare', keyId, apiToken }, state: 'TURN: Cloudflare' };
}
