/**
 * Mints TURN credentials with Cloudflare Realtime
 * (developers.cloudflare.com/realtime/turn/generate-credentials). One request a call, no retries: that is the
 * caller's. The API token goes into the request's header and nowhere else, errors included.
 */
import { type IceServer, IceServersSchema } from '@perch/protocol';
import * as v from 'valibot';
import type { MintResult, TurnMint } from '../../domain/turn-credentials.ts';

export interface CloudflareTurnOptions {
  readonly keyId: string;
  readonly apiToken: string;
  /** Another origin than Cloudflare's own, for tests and proxies. */
  readonly apiUrl?: string;
}

const CLOUDFLARE_API_URL = 'https://rtc.live.cloudflare.com';

/** Cloudflare has answered with one server that has all URLs, and with a list; both are in the field. */
const AnswerSchema = v.object({
  iceServers: v.pipe(
    v.unknown(),
    v.transform((servers) => (Array.isArray(servers) ? servers : [servers])),
    IceServersSchema,
  ),
});

/** Browsers block port 53 (fetch standard, bad ports): a URL with it costs ten seconds and finds nothing. */
const PORT_53 = /:53(?:\?|$)/u;

export class CloudflareTurn implements TurnMint {
  readonly #options: CloudflareTurnOptions;

  constructor(options: CloudflareTurnOptions) {
    this.#options = options;
  }

  async mint(ttlSeconds: number, signal: AbortSignal): Promise<MintResult> {
    const { keyId, apiToken, apiUrl = CLOUDFLARE_API_URL } = this.#options;
    try {
      const path = `/v1/turn/keys/${encodeURIComponent(keyId)}/credentials/generate-ice-servers`;
      const response = await fetch(new URL(path, apiUrl), {
        method: 'POST',
        headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ttl: ttlSeconds }),
        redirect: 'error',
        signal,
      });
      if (!response.ok) {
        await response.body?.cancel();
        return { ok: false, reason: reasonOfStatus(response.status) };
      }
      return read(await response.text());
    } catch (error) {
      return { ok: false, reason: `Cloudflare could not be reached${codeOf(error)}` };
    }
  }
}

function read(body: string): MintResult {
  const servers = parse(body);
  if (servers === undefined) return { ok: false, reason: 'Cloudflare answered with what is not ICE servers' };
  const usable: IceServer[] = [];
  for (const server of servers) {
    const urls = server.urls.filter((url) => !PORT_53.test(url));
    if (urls.length > 0) usable.push({ ...server, urls });
  }
  const relays = usable.some(
    ({ urls, username, credential }) =>
      username !== undefined && credential !== undefined && urls.some((url) => url.startsWith('turn')),
  );
  if (!relays) return { ok: false, reason: 'Cloudflare answered without a TURN server' };
  return { ok: true, iceServers: usable };
}

function parse(body: string): readonly IceServer[] | undefined {
  try {
    const parsed = v.safeParse(AnswerSchema, JSON.parse(body));
    return parsed.success ? parsed.output.iceServers : undefined;
  } catch {
    return undefined;
  }
}

function reasonOfStatus(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return `Cloudflare refused the TURN API token (HTTP ${status})`;
    case 404:
      return 'Cloudflare does not know the TURN key id (HTTP 404)';
    case 429:
      return 'Cloudflare takes no more requests for now (HTTP 429)';
    default:
      return `Cloudflare answered HTTP ${status}`;
  }
}

/** The system's code, such as ENOTFOUND. Never the message: fetch puts a broken header's value into it. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? ` (${code})` : '';
}
