/** Which way the video takes, from the two ends of the candidate pair that ICE chose (RFC 8445). */
import type { PathEnd, RelayProtocol } from './stream-counters.ts';

export type MediaPath =
  | { readonly route: 'direct'; readonly how: DirectPath; readonly protocol: string | undefined }
  /** `over` is how the viewer reaches its relay; how the camera reaches its own a viewer can't know. */
  | {
      readonly route: 'relayed';
      readonly by: 'viewer' | 'camera' | 'both';
      readonly over: RelayProtocol | undefined;
    };

export type DirectPath =
  | 'same-machine'
  | 'same-network'
  /** Both ends have addresses of the internet, with no translation between: mostly IPv6. */
  | 'no-router'
  | 'viewers-router'
  | 'cameras-router'
  | 'both-routers'
  /** Out to the router that both are behind, and back in. */
  | 'shared-router';

export function mediaPath({ local, remote }: { local: PathEnd; remote: PathEnd }): MediaPath {
  // One that turned up during the checks (`prflx`) may be behind a relay as well.
  const isOurs = local.kind === 'relay' || local.relayProtocol !== undefined;
  const isTheirs = remote.kind === 'relay';
  if (isOurs || isTheirs) {
    const by = isOurs && isTheirs ? 'both' : isOurs ? 'viewer' : 'camera';
    return { route: 'relayed', by, over: local.relayProtocol };
  }
  return { route: 'direct', how: directPath(local, remote), protocol: local.protocol };
}

function directPath(local: PathEnd, remote: PathEnd): DirectPath {
  const ours = placeOf(local);
  const theirs = placeOf(remote);
  const isOneAddress = local.address !== undefined && local.address === remote.address;
  if (ours === 'mapped' && theirs === 'mapped') return isOneAddress ? 'shared-router' : 'both-routers';
  if (isOneAddress || isLoopback(local.address) || isLoopback(remote.address)) return 'same-machine';
  if (ours === 'mapped') return 'viewers-router';
  if (theirs === 'mapped') return 'cameras-router';
  if (ours === 'private' && theirs === 'private') return 'same-network';
  // A private address and one of the internet meet only through a router, whatever the candidate calls itself.
  if (ours === 'private') return 'viewers-router';
  return theirs === 'private' ? 'cameras-router' : 'no-router';
}

/** Where this end's address is from: its own network, a router's translation, or the internet. */
function placeOf({ kind, address }: PathEnd): 'private' | 'mapped' | 'public' {
  const isPrivate = address !== undefined && isPrivateAddress(address);
  if (kind !== 'host') return isPrivate ? 'private' : 'mapped';
  // A host candidate whose address is hidden is behind an mDNS name, which only its own network can look up.
  return isPrivate || address === undefined || address === '' ? 'private' : 'public';
}

/** RFC 1918, RFC 6598 (100.64/10: also of VPNs), link-local, RFC 4193, loopback, mDNS names. */
export function isPrivateAddress(address: string): boolean {
  const lower = address.toLowerCase();
  return (
    isLoopback(lower) ||
    lower.endsWith('.local') ||
    /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)/.test(lower) ||
    /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(lower) ||
    /^(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/.test(lower)
  );
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address.startsWith('127.') || address === '::1');
}

/** Enough of an address to tell networks apart, too little to find a house: for reports that people pass on. */
export function shortAddress(address: string | undefined): string {
  if (address === undefined || address === '') return '?';
  if (address.endsWith('.local')) return '….local';
  const [first = '', second = ''] = address.split(address.includes(':') ? ':' : '.');
  return address.includes(':') ? `${first}:…` : `${first}.${second}.…`;
}
