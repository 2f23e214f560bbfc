/**
 * W3C ICE servers as libdatachannel takes them. Its ICE agent, libjuice, speaks to TURN over UDP alone and uses
 * at most one STUN and two TURN servers; the rest would be dropped there with a warning a connection.
 */
import type { IceServer } from '@perch/protocol';
import type { IceServer as NativeIceServer } from 'node-datachannel';

const DEFAULT_PORT = 3478;
const MAX_TURN_SERVERS = 2;
const MAX_PORT = 65_535;

/** Without TLS. */
const KINDS: ReadonlySet<string> = new Set(['stun', 'turn']);

interface IceUrl {
  readonly scheme: string;
  readonly hostname: string;
  readonly port: number;
  readonly transport: string;
}

/** `find` gives the address of a name, or undefined for a server to leave out. */
export function toNativeIceServers(
  servers: readonly IceServer[],
  find: (hostname: string) => string | undefined,
): (string | NativeIceServer)[] {
  const urls = servers.flatMap((server) =>
    server.urls.flatMap((text) => {
      const url = parseIceUrl(text);
      if (url === undefined || url.transport !== 'udp' || !KINDS.has(url.scheme)) return [];
      const hostname = find(url.hostname);
      return hostname === undefined ? [] : [{ server, url: { ...url, hostname } }];
    }),
  );
  const stun = urls.filter(({ url }) => url.scheme === 'stun').slice(0, 1);
  const turn = urls.filter(({ url }) => url.scheme === 'turn').slice(0, MAX_TURN_SERVERS);
  return [
    ...stun.map(({ url }) => ({ hostname: url.hostname, port: url.port })),
    ...turn.map(
      ({ server, url }): NativeIceServer => ({
        hostname: url.hostname,
        port: url.port,
        username: server.username ?? '',
        password: server.credential ?? '',
        relayType: 'TurnUdp',
      }),
    ),
  ];
}

/** RFC 7064 and RFC 7065; undefined for anything else. */
function parseIceUrl(text: string): IceUrl | undefined {
  const match = /^(stuns?|turns?):(?:\[([^\]]+)\]|([^:?]+))(?::(\d+))?(?:\?transport=(udp|tcp))?$/u.exec(
    text,
  );
  if (match === null) return undefined;
  const [, scheme = '', ipv6, name = '', digits, transport = 'udp'] = match;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  // libdatachannel would take the lower 16 bits.
  if (port < 1 || port > MAX_PORT) return undefined;
  return { scheme, hostname: ipv6 ?? name, port, transport };
}
