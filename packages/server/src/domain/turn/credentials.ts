/** What one mint gave, and for how long it is good. */
import type { IceServer } from '@perch/protocol';
import { type IceServerState, PUBLIC_STUN_URLS } from './ice-session.ts';

export interface Credentials {
  readonly iceServers: readonly IceServer[];
  /** Unix ms; undefined where they do not expire. */
  readonly expiresAtMs: number | undefined;
  readonly ttlSeconds: number;
}

/** Handing out what is about to expire breaks the picture a moment later: the last tenth is not handed out. */
const USABLE_SHARE = 0.9;
const RENEW_SHARE = 0.5;

export function makeCredentials(
  minted: readonly IceServer[],
  validity: { readonly mintedAtMs: number; readonly ttlSeconds: number; readonly expires: boolean },
): Credentials {
  const { mintedAtMs, ttlSeconds, expires } = validity;
  return {
    iceServers: withPublicStun(minted),
    expiresAtMs: expires ? mintedAtMs + ttlSeconds * 1000 : undefined,
    ttlSeconds,
  };
}

/** How long until their last tenth; Infinity where they do not expire. */
export function usableForMs({ expiresAtMs, ttlSeconds }: Credentials, nowMs: number): number {
  if (expiresAtMs === undefined) return Number.POSITIVE_INFINITY;
  return expiresAtMs - (1 - USABLE_SHARE) * ttlSeconds * 1000 - nowMs;
}

/** How long until half of their life is over. Who gets them ahead of that has the other half for renewing them. */
export function freshForMs({ expiresAtMs, ttlSeconds }: Credentials, nowMs: number): number {
  if (expiresAtMs === undefined) return Number.POSITIVE_INFINITY;
  return expiresAtMs - RENEW_SHARE * ttlSeconds * 1000 - nowMs;
}

export function stateWith({ iceServers, expiresAtMs }: Credentials, nowMs: number): IceServerState {
  if (expiresAtMs === undefined) return { iceServers, available: true };
  const ttlSeconds = Math.max(1, Math.floor((expiresAtMs - nowMs) / 1000));
  return { iceServers, available: true, ttlSeconds };
}

export function stateWithout(reason: string): IceServerState {
  return { iceServers: [{ urls: PUBLIC_STUN_URLS }], available: false, reason };
}

export function usernamesOf({ iceServers }: Credentials): readonly string[] {
  return iceServers.flatMap(({ username }) => username ?? []);
}

/** One STUN entry, ours and theirs without doubles, then the TURN servers. Every viewer keeps it: what can be is shared. */
function withPublicStun(minted: readonly IceServer[]): readonly IceServer[] {
  const theirs = minted.flatMap(({ urls }) => urls.filter((url) => url.startsWith('stun')));
  const stun: IceServer =
    theirs.length === 0 ? PUBLIC_STUN : { urls: [...new Set([...PUBLIC_STUN_URLS, ...theirs])] };
  return [stun].concat(minted.flatMap(relaysOf));
}

const PUBLIC_STUN: IceServer = { urls: PUBLIC_STUN_URLS };

function relaysOf(server: IceServer): readonly IceServer[] {
  const relays = server.urls.filter((url) => url.startsWith('turn'));
  if (relays.length === 0) return [];
  return relays.length === server.urls.length ? [server] : [{ ...server, urls: relays }];
}
