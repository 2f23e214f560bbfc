/** Which ICE servers the settings ask for. Pure. */
import type { ServerOptions } from '@perch/server';

export interface TurnChoice {
  readonly turn: ServerOptions['turn'];
  /** One line for the start. */
  readonly state: string;
  /** Why there is no TURN although someone seems to want it, or which of two is used. */
  readonly warning?: string;
}

export interface TurnSettings {
  readonly cloudflareTurnId: string;
  readonly cloudflareTurnToken: string;
  readonly turnSecret: string;
  readonly turnUrls: readonly string[];
}

const STUN_ONLY = {
  turn: { kind: 'stun' },
  state: 'TURN: none, so viewers behind strict networks may get no picture',
} as const;

/** What the setup guide and our own example file say where a person's own value belongs. */
const PLACEHOLDER = /^(YOUR_TURN_ID|YOUR_TURN_TOKEN|your_turn_key_id_here|your_api_token_here)$/i;

/** A TURN server of one's own goes before Cloudflare: who runs one means to use it. */
export function chooseTurn(settings: TurnSettings): TurnChoice {
  const { turnSecret: secret, turnUrls: urls } = settings;
  if (secret === '' && urls.length === 0) return chooseCloudflare(settings);
  if (secret === '') return { ...STUN_ONLY, warning: isMissing('TURN_URLS', 'TURN_SECRET') };
  if (urls.length === 0) return { ...STUN_ONLY, warning: isMissing('TURN_SECRET', 'TURN_URLS') };
  const own: TurnChoice = {
    turn: { kind: 'shared-secret', secret, urls },
    state: `TURN: ${urls.join(', ')}`,
  };
  if (chooseCloudflare(settings).turn.kind === 'stun') return own;
  return { ...own, warning: 'TURN_SECRET and CLOUDFLARE_TURN_ID are both set; going on without Cloudflare' };
}

function chooseCloudflare({
  cloudflareTurnId: keyId,
  cloudflareTurnToken: apiToken,
}: TurnSettings): TurnChoice {
  const placeholders = Object.entries({ CLOUDFLARE_TURN_ID: keyId, CLOUDFLARE_TURN_TOKEN: apiToken })
    .filter(([, value]) => PLACEHOLDER.test(value))
    .map(([name]) => name);
  if (placeholders.length > 0) {
    const names = placeholders.join(' and ');
    return {
      ...STUN_ONLY,
      warning: `${names} ${placeholders.length > 1 ? 'are' : 'is'} still the placeholder: put your own value there, or remove it; going on with STUN only`,
    };
  }
  if (keyId === '' && apiToken === '') return STUN_ONLY;
  if (keyId === '')
    return { ...STUN_ONLY, warning: isMissing('CLOUDFLARE_TURN_TOKEN', 'CLOUDFLARE_TURN_ID') };
  if (apiToken === '')
    return { ...STUN_ONLY, warning: isMissing('CLOUDFLARE_TURN_ID', 'CLOUDFLARE_TURN_TOKEN') };
  return { turn: { kind: 'cloudflare', keyId, apiToken }, state: 'TURN: Cloudflare' };
}

function isMissing(set: string, missing: string): string {
  return `${set} is set but ${missing} is not; going on with STUN only`;
}
