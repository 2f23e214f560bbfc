/** STUN and TURN URLs (RFC 7064, RFC 7065), taken apart. Pure. */
import type { IceServer } from '@perch/protocol';

export interface IceHost {
  readonly url: string;
  readonly kind: 'stun' | 'turn';
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly credential: string;
}

const URL_PARTS = /^(stuns?|turns?):(?:\[([^\]]+)\]|([^:?]+))(?::(\d+))?(?:\?transport=(udp|tcp))?$/;

/** TLS has a port of its own (RFC 8656, section 18.6). */
const PORT = 3478;
const TLS_PORT = 5349;

export function iceHosts(servers: readonly IceServer[]): IceHost[] {
  return servers.flatMap(({ urls, username = '', credential = '' }) =>
    urls.flatMap((url) => {
      const [, scheme, ipv6, name, digits, transport = 'udp'] = URL_PARTS.exec(url) ?? [];
      if (scheme === undefined) return [];
      const tls = scheme.endsWith('s');
      const host = ipv6 ?? name ?? '';
      return {
        url,
        kind: scheme.startsWith('stun') ? 'stun' : 'turn',
        transport: tls ? 'tls' : transport === 'tcp' ? 'tcp' : 'udp',
        host,
        port: digits === undefined ? (tls ? TLS_PORT : PORT) : Number(digits),
        username,
        credential,
      } satisfies IceHost;
    }),
  );
}
