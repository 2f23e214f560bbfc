/**
 * Reads RTCPeerConnection.getStats() (W3C WebRTC statistics), where Chromium, Firefox and Safari name things alike: only
 * documented fields. What one of them lacks is undefined. Not here: what the numbers mean.
 */
import type {
  CandidateKind,
  PathCounters,
  PathEnd,
  RelayProtocol,
  SetupCounters,
  StreamCounters,
  VideoCounters,
} from '../domain/stream-counters.ts';

/** The fields that are read, of all kinds of statistics. Times are in seconds, but for the timestamp. */
interface Stat {
  readonly type: string;
  readonly timestamp: number;
  readonly kind?: string;
  readonly codecId?: string;
  readonly selectedCandidatePairId?: string;
  readonly dtlsState?: NonNullable<SetupCounters['dtls']>;
  readonly state?: string;
  readonly selected?: boolean;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly currentRoundTripTime?: number;
  readonly totalRoundTripTime?: number;
  readonly responsesReceived?: number;
  readonly candidateType?: CandidateKind;
  readonly address?: string;
  readonly protocol?: string;
  readonly relayProtocol?: RelayProtocol;
  readonly bytesReceived?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly retransmittedPacketsReceived?: number;
  readonly framesDecoded?: number;
  readonly framesDropped?: number;
  readonly totalDecodeTime?: number;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
  readonly jitter?: number;
  readonly freezeCount?: number;
  readonly totalFreezesDuration?: number;
  readonly nackCount?: number;
  readonly pliCount?: number;
  readonly frameWidth?: number;
  readonly frameHeight?: number;
  readonly decoderImplementation?: string;
  readonly mimeType?: string;
  readonly sdpFmtpLine?: string;
}

type Stats = ReadonlyMap<string, Stat>;

/** Rejects when the browser can't tell. `connection` tells one connection's counters from another's. */
export async function readCounters(peer: RTCPeerConnection, connection: number): Promise<StreamCounters> {
  const stats = new Map<string, Stat>();
  for (const [id, stat] of (await peer.getStats()) as Stats) stats.set(id, stat);
  const all = [...stats.values()];
  const video = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
  return {
    connection,
    atMs: video?.timestamp ?? all[0]?.timestamp ?? 0,
    setup: readSetup(all),
    path: readPath(stats, all),
    video: video && readVideo(video, stats.get(video.codecId ?? '')),
  };
}

function readSetup(all: readonly Stat[]): SetupCounters {
  const pairs = all.filter(({ type }) => type === 'candidate-pair');
  return {
    pairsTried: pairs.filter(({ state }) => state !== 'frozen' && state !== 'waiting').length,
    pairsAnswered: pairs.filter(({ state }) => state === 'succeeded').length,
    dtls: all.find(({ type }) => type === 'transport')?.dtlsState,
  };
}

function readPath(stats: Stats, all: readonly Stat[]): PathCounters | undefined {
  const selected = all.find(({ type }) => type === 'transport')?.selectedCandidatePairId;
  // Firefox has no such id, and marks the pair itself.
  const pair =
    stats.get(selected ?? '') ?? all.find((stat) => stat.type === 'candidate-pair' && stat.selected);
  const local = readEnd(stats.get(pair?.localCandidateId ?? ''));
  const remote = readEnd(stats.get(pair?.remoteCandidateId ?? ''));
  if (pair === undefined || local === undefined || remote === undefined) return undefined;
  return {
    local,
    remote,
    lastRoundTripMs: inMs(pair.currentRoundTripTime),
    roundTripTotalMs: inMs(pair.totalRoundTripTime),
    roundTrips: pair.responsesReceived,
  };
}

function readEnd(candidate: Stat | undefined): PathEnd | undefined {
  if (candidate?.candidateType === undefined) return undefined;
  const { candidateType: kind, address, protocol, relayProtocol } = candidate;
  return { kind, address: address || undefined, protocol, relayProtocol };
}

function readVideo(video: Stat, codec: Stat | undefined): VideoCounters {
  return {
    bytes: video.bytesReceived,
    packets: video.packetsReceived,
    packetsLost: video.packetsLost,
    packetsSentAgain: video.retransmittedPacketsReceived,
    framesDecoded: video.framesDecoded,
    framesDropped: video.framesDropped,
    decodeTotalMs: inMs(video.totalDecodeTime),
    jitterBufferTotalMs: inMs(video.jitterBufferDelay),
    jitterBufferFrames: video.jitterBufferEmittedCount,
    jitterMs: inMs(video.jitter),
    freezes: video.freezeCount,
    freezesTotalMs: inMs(video.totalFreezesDuration),
    nacks: video.nackCount,
    plis: video.pliCount,
    widthPixels: video.frameWidth,
    heightPixels: video.frameHeight,
    codec: codec?.mimeType?.replace(/^video\//i, ''),
    codecParameters: codec?.sdpFmtpLine,
    // Browsers that fear to tell devices apart say "unknown".
    decoder: video.decoderImplementation === 'unknown' ? undefined : video.decoderImplementation,
  };
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
