/** STUN and TURN URLs, taken apart (RFC 7064, section 3, and RFC 7065, section 3). Pure. */

export interface IceUrl {
  readonly kind: 'stun' | 'turn';
  /** `dtls` is in the URLs' grammar, and neither browsers nor the streamer speak it. */
  readonly transport: 'udp' | 'tcp' | 'tls' | 'dtls';
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

const PARTS = /^(stun|turn)(s?):(?:\[([^\]]+)\]|([^:?]+))(?::(\d+))?(?:\?transport=(udp|tcp))?$/u;

/** TLS has a port of its own (RFC 8656, section 18.6). */
const PORT = 3478;
const TLS_PORT = 5349;
const MAX_PORT = 65_535;

/** Undefined for what is no such URL, or has a port that there is not. */
export function parseIceUrl(url: string): IceUrl | undefined {
  const [, kind, secure, ipv6, name = '', digits, transport] = PARTS.exec(url) ?? [];
  if (kind === undefined) return undefined;
  const isTls = secure === 's';
  const usualPort = isTls ? TLS_PORT : PORT;
  const port = digits === undefined ? usualPort : Number(digits);
  if (port < 1 || port > MAX_PORT) return undefined;
  return {
    kind: kind as IceUrl['kind'],
    transport: isTls ? (transport === 'udp' ? 'dtls' : 'tls') : transport === 'tcp' ? 'tcp' : 'udp',
    host: ipv6 ?? name,
    port,
  };
}
