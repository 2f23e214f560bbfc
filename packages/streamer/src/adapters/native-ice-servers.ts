/**
 * W3C ICE servers as libdatachannel takes them. Its ICE agent, libjuice, speaks to TURN over UDP alone and uses
 * at most one STUN and two TURN servers; the rest would be dropped there with a warning a connection. TURN over TCP and TLS
 * leads through a bridge (turn-bridge.ts).
 */
import type { IceServer } from '@perch/protocol';
import type { IceServer as NativeIceServer } from 'node-datachannel';
import type { StreamServer } from './turn-bridge.ts';

/** RFC 7064, section 3.2, and RFC 7065, section 3.2. */
const DEFAULT_PORT = 3478;
const DEFAULT_TLS_PORT = 5349;

/** What the strictest networks let out. */
const HTTPS_PORT = 443;

/** libjuice takes no more. */
export const MAX_TURN_SERVERS = 2;
const MAX_PORT = 65_535;

/** The port on this machine that leads to a TURN server over TCP or TLS; undefined where none is to be had. */
export type OpenBridge = (server: StreamServer) => number | undefined;

interface IceUrl {
  readonly scheme: string;
  readonly hostname: string;
  readonly port: number;
  readonly transport: string;
}

/**
 * `find` gives the address of a name, or undefined for a server to leave out. Where `openBridge` is given, TURN servers are
 * reached over TCP and TLS in place of UDP.
 */
export function toNativeIceServers(
  servers: readonly IceServer[],
  find: (hostname: string) => string | undefined,
  openBridge?: OpenBridge,
): NativeIceServer[] {
  const urls = parseAll(servers).flatMap(({ server, url }) => {
    const hostname = isOverUdp(url) ? find(url.hostname) : undefined;
    return hostname === undefined ? [] : [{ server, url: { ...url, hostname } }];
  });
  const stun = urls.filter(({ url }) => url.scheme === 'stun').slice(0, 1);
  const turn =
    openBridge === undefined
      ? urls.filter(({ url }) => url.scheme === 'turn').slice(0, MAX_TURN_SERVERS)
      : bridged(servers, openBridge);
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

/** How TURN servers among them can be reached. */
export function turnWays(servers: readonly IceServer[]): { readonly udp: boolean; readonly stream: boolean } {
  const urls = parseAll(servers).map(({ url }) => url);
  return {
    udp: urls.some((url) => url.scheme === 'turn' && isOverUdp(url)),
    stream: urls.some(isTurnOverStream),
  };
}

function bridged(servers: readonly IceServer[], openBridge: OpenBridge): ParsedServer[] {
  return parseAll(servers)
    .filter(({ url }) => isTurnOverStream(url))
    .sort((a, b) => Number(b.url.port === HTTPS_PORT) - Number(a.url.port === HTTPS_PORT))
    .slice(0, MAX_TURN_SERVERS)
    .flatMap(({ server, url }) => {
      const { hostname, port, scheme } = url;
      const here = openBridge({ hostname, port, tls: scheme === 'turns' });
      return here === undefined ? [] : [{ server, url: { ...url, hostname: '127.0.0.1', port: here } }];
    });
}

interface ParsedServer {
  readonly server: IceServer;
  readonly url: IceUrl;
}

function parseAll(servers: readonly IceServer[]): ParsedServer[] {
  return servers.flatMap((server) =>
    server.urls.flatMap((text) => {
      const url = parseIceUrl(text);
      return url === undefined ? [] : [{ server, url }];
    }),
  );
}

/** DTLS is neither's. */
function isOverUdp({ scheme, transport }: IceUrl): boolean {
  return transport === 'udp' && (scheme === 'stun' || scheme === 'turn');
}

function isTurnOverStream({ scheme, transport }: IceUrl): boolean {
  return transport === 'tcp' && (scheme === 'turn' || scheme === 'turns');
}

/** RFC 7064 and RFC 7065; undefined for anything else. */
function parseIceUrl(text: string): IceUrl | undefined {
  const match = /^(stuns?|turns?):(?:\[([^\]]+)\]|([^:?]+))(?::(\d+))?(?:\?transport=(udp|tcp))?$/u.exec(
    text,
  );
  if (match === null) return undefined;
  const [, scheme = '', ipv6, name = '', digits, given] = match;
  const isTls = scheme.endsWith('s');
  const transport = given ?? (isTls ? 'tcp' : 'udp');
  const usualPort = isTls ? DEFAULT_TLS_PORT : DEFAULT_PORT;
  const port = digits === undefined ? usualPort : Number(digits);
  // libdatachannel would take the lower 16 bits.
  if (port < 1 || port > MAX_PORT) return undefined;
  return { scheme, hostname: ipv6 ?? name, port, transport };
}
