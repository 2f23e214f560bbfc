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
  readonly turnUsername: string;
  readonly turnPassword: string;
  readonly turnTtl: number;
}

const STUN_ONLY = {
  turn: { kind: 'stun' },
  state: 'TURN: none, so viewers behind strict networks may get no picture',
} as const;

/** What the setup guide and our own example file say where a person's own value belongs. */
const PLACEHOLDER = /^(YOUR_TURN_ID|YOUR_TURN_TOKEN|your_turn_key_id_here|your_api_token_here)$/i;

/** A TURN server of one's own goes before Cloudflare: who runs one means to use it. */
export function chooseTurn(settings: TurnSettings): TurnChoice {
  const own = chooseOwn(settings);
  const cloudflare = chooseCloudflare(settings);
  if (own === undefined) return cloudflare;
  if (own.warning !== undefined || cloudflare.turn.kind === 'stun') return own;
  return { ...own, warning: 'TURN_URLS and CLOUDFLARE_TURN_ID are both set; going on without Cloudflare' };
}

/** Undefined where nobody wants one. */
function chooseOwn(settings: TurnSettings): TurnChoice | undefined {
  const { turnUrls: urls, turnSecret: secret, turnUsername: username, turnPassword: password } = settings;
  const login = Object.entries({ TURN_SECRET: secret, TURN_USERNAME: username, TURN_PASSWORD: password });
  const [given] = login.filter(([, value]) => value !== '').map(([name]) => name);
  if (urls.length === 0) {
    return given === undefined ? undefined : { ...STUN_ONLY, warning: isMissing(given, 'TURN_URLS') };
  }
  const state = `TURN: ${urls.join(', ')}`;
  if (secret !== '') {
    const turn = { kind: 'shared-secret', secret, urls, ttlSeconds: settings.turnTtl } as const;
    if (username === '' && password === '') return { turn, state };
    return { turn, state, warning: 'TURN_SECRET is set; going on without TURN_USERNAME and TURN_PASSWORD' };
  }
  if (given === undefined) return { ...STUN_ONLY, warning: isMissing('TURN_URLS', 'TURN_SECRET') };
  if (username === '') return { ...STUN_ONLY, warning: isMissing(given, 'TURN_USERNAME') };
  if (password === '') return { ...STUN_ONLY, warning: isMissing(given, 'TURN_PASSWORD') };
  return { turn: { kind: 'static', username, password, urls }, state };
}

function chooseCloudflare({
  cloudflareTurnId: keyId,
  cloudflareTurnToken: apiToken,
  turnTtl: ttlSeconds,
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
  return { turn: { kind: 'cloudflare', keyId, apiToken, ttlSeconds }, state: 'TURN: Cloudflare' };
}

function isMissing(set: string, missing: string): string {
  return `${set} is set but ${missing} is not; going on with STUN only`;
}
