/** STUN and TURN URLs (RFC 7064, RFC 7065), taken apart. Pure. */
import type { IceServer } from '@perch/protocol';

export interface IceHost {
  readonly url: string;
  readonly kind: 'stun' | 'turn';
  /** `dtls` is in the URLs' grammar, and neither browsers nor the streamer speak it. */
  readonly transport: 'udp' | 'tcp' | 'tls' | 'dtls';
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
      const [, scheme, ipv6, name, digits, transport] = URL_PARTS.exec(url) ?? [];
      if (scheme === undefined) return [];
      const tls = scheme.endsWith('s');
      const host = ipv6 ?? name ?? '';
      return {
        url,
        kind: scheme.startsWith('stun') ? 'stun' : 'turn',
        transport: tls ? (transport === 'udp' ? 'dtls' : 'tls') : transport === 'tcp' ? 'tcp' : 'udp',
        host,
        port: digits === undefined ? (tls ? TLS_PORT : PORT) : Number(digits),
        username,
        credential,
      } satisfies IceHost;
    }),
  );
}

/** As the list had it that it came from, with this URL alone. */
export function toIceServer({ url, username, credential }: IceHost): IceServer {
  return { urls: [url], username, credential };
}
