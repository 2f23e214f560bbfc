/** Counters of a connection, as a test wants them. What it does not name a browser does not tell. */
import type {
  PathCounters,
  PathEnd,
  SetupCounters,
  StreamCounters,
  VideoCounters,
} from '../src/domain/stream-counters.ts';

const END: PathEnd = { kind: 'host', address: undefined, protocol: 'udp', relayProtocol: undefined };

export const pathOf = (local: Partial<PathEnd> = {}, remote: Partial<PathEnd> = {}): PathCounters => ({
  local: { ...END, ...local },
  remote: { ...END, ...remote },
  lastRoundTripMs: undefined,
  roundTripTotalMs: undefined,
  roundTrips: undefined,
});

export const videoOf = (known: Partial<VideoCounters>): VideoCounters => ({
  bytes: undefined,
  packets: undefined,
  packetsLost: undefined,
  packetsSentAgain: undefined,
  framesDecoded: undefined,
  framesDropped: undefined,
  decodeTotalMs: undefined,
  jitterBufferTotalMs: undefined,
  jitterBufferFrames: undefined,
  jitterMs: undefined,
  freezes: undefined,
  freezesTotalMs: undefined,
  nacks: undefined,
  plis: undefined,
  widthPixels: undefined,
  heightPixels: undefined,
  codec: undefined,
  codecParameters: undefined,
  decoder: undefined,
  ...known,
});

export const countersOf = (
  path: PathCounters | undefined,
  video?: VideoCounters,
  {
    atMs = 0,
    connection = 1,
    setup = { pairsTried: 1, pairsAnswered: path ? 1 : 0, dtls: path ? 'connected' : 'new' },
  }: { atMs?: number; connection?: number; setup?: SetupCounters } = {},
): StreamCounters => ({ connection, atMs, setup, path, video });
