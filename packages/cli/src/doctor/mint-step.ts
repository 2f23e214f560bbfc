/** Whether the server gives TURN credentials: in its answer to `join`, else by HTTP as to old clients. */
import { type IceFields, type IceServer, readTurnCredentials, type ServerMessageOf } from '@perch/protocol';
import { iceHosts } from './ice-hosts.ts';
import { REACH_WITHIN_MS } from './reach.ts';
import type { Joined } from './right-steps.ts';
import type { Health } from './server-steps.ts';
import type { Signaling } from './signaling.ts';
import { failed, type Outcome, ok, skipped } from './step.ts';
import type { Target } from './target.ts';

export interface MintStepComponents {
  readonly target: Target;
  readonly token: string | undefined;
  readonly health: Health;
  readonly signaling: Signaling;
  /** Missing where the token does not let one watch. */
  readonly joined: Joined | undefined;
}

export async function mintStep(parts: MintStepComponents): Promise<[Outcome, readonly IceServer[]]> {
  const given = (await givenBySignaling(parts)) ?? (await givenByHttp(parts));
  const servers = given?.ice_servers;
  if (given === undefined || servers === undefined) {
    return [
      failed('the server gives no list of STUN and TURN servers', 'look at the log of perch serve'),
      [],
    ];
  }
  const turns = iceHosts(servers).filter(({ kind }) => kind === 'turn').length;
  if (turns > 0) {
    const ttl = given.ice_ttl === undefined ? '' : `, good for ${Math.round(given.ice_ttl / 60)} min`;
    return [ok(`${turns} TURN ${turns === 1 ? 'address' : 'addresses'}${ttl}`), servers];
  }
  return [withoutTurn(parts.health.turnKind, given.turn_unavailable), servers];
}

/** TURN that is asked for elsewhere may come a moment after `joined`. */
async function givenBySignaling({ joined, signaling }: MintStepComponents): Promise<IceFields | undefined> {
  if (joined?.turn_unavailable === undefined) return joined?.ice_servers === undefined ? undefined : joined;
  const later = await signaling.hear(
    (message): message is ServerMessageOf<'ice-servers'> => message.type === 'ice-servers',
  );
  return later ?? joined;
}

async function givenByHttp({ target, token }: MintStepComponents): Promise<IceFields | undefined> {
  try {
    const response = await fetch(`${target.httpOrigin}/turn-credentials`, {
      signal: AbortSignal.timeout(REACH_WITHIN_MS),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    const body = (await response.json()) as { readonly turn?: { readonly reason?: unknown } };
    const servers = readTurnCredentials(body);
    if (servers === undefined) return undefined;
    const reason = body.turn?.reason;
    return { ice_servers: servers, ...(typeof reason === 'string' ? { turn_unavailable: reason } : {}) };
  } catch {
    return undefined;
  }
}

function withoutTurn(kind: string | undefined, reason: string | undefined): Outcome {
  const says = reason === undefined ? '' : `: ${reason}`;
  switch (kind) {
    case 'cloudflare':
      return failed(
        `Cloudflare gives no TURN credentials${says}`,
        'copy CLOUDFLARE_TURN_ID and CLOUDFLARE_TURN_TOKEN again; the token is that of the TURN key, not of the account',
        'then restart perch serve; its log names what Cloudflare answered',
      );
    case 'shared-secret':
      return failed(`no TURN credentials${says}`, 'look at the log of perch serve');
    default:
      return skipped(
        'this server has no TURN',
        'viewers in strict networks get no picture: set CLOUDFLARE_TURN_ID and CLOUDFLARE_TURN_TOKEN, or TURN_SECRET and TURN_URLS',
      );
  }
}
