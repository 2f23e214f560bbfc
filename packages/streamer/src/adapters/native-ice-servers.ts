/**
 * W3C ICE servers as libdatachannel takes them. Its ICE agent, libjuice, speaks to TURN over UDP alone and uses
 * at most one STUN and two TURN servers; the rest would be dropped there with a warning a connection. TURN over TCP and TLS
 * leads through a bridge (turn-bridge.ts).
 */
import { type IceServer, type IceUrl, parseIceUrl } from '@perch/protocol';
import type { IceServer as NativeIceServer } from 'node-datachannel';
import type { StreamServer } from './turn-bridge.ts';

/** What the strictest networks let out. */
const HTTPS_PORT = 443;

/** libjuice takes no more. */
export const MAX_TURN_SERVERS = 2;

/** The port on this machine that leads to a TURN server over TCP or TLS; undefined where none is to be had. */
export type OpenBridge = (server: StreamServer) => number | undefined;

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
    const host = url.transport === 'udp' ? find(url.host) : undefined;
    return host === undefined ? [] : [{ server, url: { ...url, host } }];
  });
  const stun = urls.filter(({ url }) => url.kind === 'stun').slice(0, 1);
  const turn =
    openBridge === undefined
      ? urls.filter(({ url }) => url.kind === 'turn').slice(0, MAX_TURN_SERVERS)
      : bridged(servers, openBridge);
  return [
    ...stun.map(({ url }) => ({ hostname: url.host, port: url.port })),
    ...turn.map(
      ({ server, url }): NativeIceServer => ({
        hostname: url.host,
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
    udp: urls.some(({ kind, transport }) => kind === 'turn' && transport === 'udp'),
    stream: urls.some(isTurnOverStream),
  };
}

function bridged(servers: readonly IceServer[], openBridge: OpenBridge): ParsedServer[] {
  return parseAll(servers)
    .filter(({ url }) => isTurnOverStream(url))
    .sort((a, b) => Number(b.url.port === HTTPS_PORT) - Number(a.url.port === HTTPS_PORT))
    .slice(0, MAX_TURN_SERVERS)
    .flatMap(({ server, url }) => {
      const { host: hostname, port, transport } = url;
      const here = openBridge({ hostname, port, tls: transport === 'tls' });
      return here === undefined ? [] : [{ server, url: { ...url, host: '127.0.0.1', port: here } }];
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

function isTurnOverStream({ kind, transport }: IceUrl): boolean {
  return kind === 'turn' && (transport === 'tcp' || transport === 'tls');
}
