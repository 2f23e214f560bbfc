/**
 * What anyone on the internet may take of a server, and why so much. One entry here is a limit, its setting
 * (PERCH_LIMIT_ and the name in capitals) and its line in the help. Going past one is refused with a code and counted.
 */

export const LIMITS = {
  connections: limit(20_000, 'TCP connections of all addresses; as many open pages take 140 MB'),
  connectionsPerAddress: limit(
    256,
    'TCP connections of one address, HTTP included; a page makes seven, an office has one address',
  ),
  socketsPerAddress: limit(100, 'WebSockets of one address; an open page has one'),
  requestsPerSecond: limit(
    50,
    'HTTP requests and new WebSockets of one address, ten seconds of them at once',
  ),
  joinsPerMinute: limit(120, 'joins of one address, all of them at once; each costs the camera a connection'),
  snapshotsPerMinute: limit(
    600,
    'still pictures for one address, all of them at once; a page of twenty cameras asks for 240',
  ),
  pendingJoinsPerAddress: limit(30, 'joins of one address that are not answered yet'),
  viewersPerStream: limit(200, 'viewers of one stream; a camera at home serves some twenty'),
  streams: limit(1000, 'streams with someone in them, for servers where anyone may publish'),
  viewerMessagesPerSecond: limit(
    20,
    'messages of a viewer, twenty seconds of them at once; a connection takes about fifteen',
  ),
  broadcasterMessagesPerSecond: limit(
    500,
    'messages of a broadcaster, twenty seconds of them at once; each viewer who comes takes about fifteen',
  ),
  viewerMessagesPerAddress: limit(
    100,
    'messages a second of all viewers of one address, twenty seconds of them at once: a hundred who come together',
  ),
  broadcasterMessagesPerAddress: limit(
    1000,
    'messages a second of all broadcasters of one address, twenty seconds of them at once',
  ),
  linksPerHour: limit(20, 'links that a viewer makes an hour, all of them at once, who was given the right'),
  idleSeconds: limit(15, 'for a WebSocket to register or join'),
  handshakeSeconds: limit(10, 'for a connection to send its whole request; a browser sends it at once'),
  unreadSeconds: limit(30, 'in which a client reads nothing of an HTTP answer that waits for it'),
  sendBufferKilobytes: limit(1024, 'that wait for one peer: more means that it does not read'),
  fragments: limit(64, 'of one WebSocket message; every stack in use sends one'),
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;
export type Limits = { readonly [K in LimitName]: number };

export const DEFAULT_LIMITS = Object.fromEntries(
  Object.entries(LIMITS).map(([name, { fallback }]) => [name, fallback]),
) as Limits;

interface Limit {
  readonly fallback: number;
  /** Continues "at most so many". */
  readonly reason: string;
}

function limit(fallback: number, reason: string): Limit {
  return { fallback, reason };
}
