import type { IceServer } from '@perch/protocol';

/** How a relay is reached: over UDP, or over TCP or TLS. */
export type RelayKind = 'udp' | 'stream';

/** `none` for a STUN server. */
type Kind = RelayKind | 'none';

/** The servers with only those of their addresses that are of these kinds. */
export function serversOf(servers: readonly IceServer[], kinds: readonly Kind[]): readonly IceServer[] {
  return servers
    .map((server) => ({ ...server, urls: server.urls.filter((url) => kinds.includes(kindOf(url))) }))
    .filter(({ urls }) => urls.length > 0);
}

/** RFC 7065, section 3.1: without `transport`, `turn:` is UDP and `turns:` is TLS over TCP. */
function kindOf(url: string): Kind {
  if (/^turns:/iu.test(url)) return 'stream';
  if (!/^turn:/iu.test(url)) return 'none';
  return /[?&]transport=tcp/iu.test(url) ? 'stream' : 'udp';
}
