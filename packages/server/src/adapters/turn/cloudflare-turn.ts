/**
 * TURN credentials from Cloudflare Realtime (developers.cloudflare.com/realtime/turn/generate-credentials). The API
 * token goes into the request's header and nowhere else, errors included.
 */
import { type IceServer, IceServersSchema } from '@perch/protocol';
import * as v from 'valibot';
import type {
  AskedTurn,
  MintRequest,
  MintResult,
  RevokeResult,
  TurnFailure,
  TurnFailureKind,
} from '../../domain/turn/turn-provider.ts';

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

export class CloudflareTurn implements AskedTurn {
  readonly #options: CloudflareTurnOptions;

  constructor(options: CloudflareTurnOptions) {
    this.#options = options;
  }

  /** `customIdentifier` is for Cloudflare's usage figures. */
  async mint({ id, ttlSeconds }: MintRequest, signal: AbortSignal): Promise<MintResult> {
    const body = JSON.stringify({ ttl: ttlSeconds, customIdentifier: id });
    const answer = await this.#post('generate-ice-servers', signal, body);
    return answer.ok ? read(answer.body) : answer;
  }

  /** Whoever is being relayed with them is cut off, says Cloudflare. */
  async revoke(username: string, signal: AbortSignal): Promise<RevokeResult> {
    const answer = await this.#post(`${encodeURIComponent(username)}/revoke`, signal);
    // What Cloudflare does not know any more has expired.
    if (!answer.ok && answer.status !== 404) return answer;
    return { ok: true };
  }

  async #post(
    path: string,
    signal: AbortSignal,
    body?: string,
  ): Promise<{ readonly ok: true; readonly body: string } | (TurnFailure & { readonly status?: number })> {
    const { keyId, apiToken, apiUrl = CLOUDFLARE_API_URL } = this.#options;
    try {
      const url = new URL(`/v1/turn/keys/${encodeURIComponent(keyId)}/credentials/${path}`, apiUrl);
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${apiToken}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body }),
        redirect: 'error',
        signal,
      });
      if (response.ok) return { ok: true, body: await response.text() };
      await response.body?.cancel();
      const [why, reason] = describeStatus(response.status);
      return { ok: false, status: response.status, why, reason };
    } catch (error) {
      return { ok: false, why: 'unavailable', reason: `Cloudflare could not be reached${codeOf(error)}` };
    }
  }
}

function read(body: string): MintResult {
  const servers = parse(body);
  if (servers === undefined) return malformed('Cloudflare answered with what is not ICE servers');
  const usable: IceServer[] = [];
  for (const server of servers) {
    const urls = server.urls.filter((url) => !PORT_53.test(url));
    if (urls.length > 0) usable.push({ ...server, urls });
  }
  const relays = usable.some(
    ({ urls, username, credential }) =>
      username !== undefined && credential !== undefined && urls.some((url) => url.startsWith('turn')),
  );
  if (!relays) return malformed('Cloudflare answered without a TURN server');
  return { ok: true, iceServers: usable };
}

function malformed(reason: string): TurnFailure {
  return { ok: false, why: 'malformed', reason };
}

function parse(body: string): readonly IceServer[] | undefined {
  try {
    const parsed = v.safeParse(AnswerSchema, JSON.parse(body));
    return parsed.success ? parsed.output.iceServers : undefined;
  } catch {
    return undefined;
  }
}

function describeStatus(status: number): readonly [TurnFailureKind, string] {
  switch (status) {
    case 401:
    case 403:
      return ['refused', `Cloudflare refused the TURN API token (HTTP ${status})`];
    case 404:
      return ['refused', 'Cloudflare does not know the TURN key id (HTTP 404)'];
    case 429:
      return ['limited', 'Cloudflare takes no more requests for now (HTTP 429)'];
    default:
      return [status >= 500 ? 'unavailable' : 'refused', `Cloudflare answered HTTP ${status}`];
  }
}

/** The system's code, such as ENOTFOUND. Never the message: fetch puts a broken header's value into it. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? ` (${code})` : '';
}
