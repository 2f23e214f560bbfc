/** What the counters of two moments say about the time between them. Pure arithmetic; the words are in `text/`. */
import { type MediaPath, mediaPath } from './media-path.ts';
import type { PathCounters, PathEnd, StreamCounters, VideoCounters } from './stream-counters.ts';

/** A time strip that says more, or a time to come, was written by a clock that differs from ours. */
const BELIEVABLE_DELAY_MS = 10_000;

/** Clocks of one network differ by as much, and a frame's expected time of display is a forecast. */
const CLOCK_TOLERANCE_MS = 20;

/** Above this share a picture shows it. */
const MUCH_LOSS_SHARE = 0.05;

/** Above this share of pictures the device can't keep up. */
const MANY_DROPPED_SHARE = 0.1;

export interface Delay {
  readonly ms: number;
  /**
   * `time-strip`: from capture to display, read in the picture; as true as the camera's and this device's clocks agree.
   * `estimate`: half a round trip, the jitter buffer and decoding; camera, encoder and screen come on top.
   */
  readonly from: 'time-strip' | 'estimate';
}

/** Why the picture is not what the camera could send. */
export type Limit = 'path' | 'loss' | 'device';

/** How the stream does. Undefined is what this browser does not tell, or can't yet. */
export interface StreamStats {
  /** Milliseconds on the clock of the counters. */
  readonly atMs: number;
  readonly path: MediaPath | undefined;
  readonly ends: { readonly local: PathEnd; readonly remote: PathEnd } | undefined;
  readonly delay: Delay | undefined;
  readonly bitsPerSecond: number | undefined;
  readonly framesPerSecond: number | undefined;
  /** Of the packets between the two moments, from 0 to 1. */
  readonly lossShare: number | undefined;
  readonly roundTripMs: number | undefined;
  /** How long a picture waited on average. */
  readonly jitterBufferMs: number | undefined;
  readonly decodeMs: number | undefined;
  readonly jitterMs: number | undefined;
  readonly widthPixels: number | undefined;
  readonly heightPixels: number | undefined;
  /** By the size that the camera told; from one that tells none, `low` after a larger picture and else undefined. */
  readonly layer: 'full' | 'low' | undefined;
  readonly limitedBy: Limit | undefined;
  readonly codec: string | undefined;
  readonly codecParameters: string | undefined;
  readonly decoder: string | undefined;
  /** Since the connection began. */
  readonly totals: {
    readonly freezes: number | undefined;
    readonly freezesMs: number | undefined;
    readonly framesDropped: number | undefined;
    readonly packetsLost: number | undefined;
    readonly packetsSentAgain: number | undefined;
    readonly nacks: number | undefined;
    readonly plis: number | undefined;
  };
}

export interface Seen {
  /** The largest picture since somebody looks, in pixels. */
  readonly largestPixels?: number | undefined;
  /** The age of the picture by its time strip. */
  readonly stripAgeMs?: number | undefined;
}

/** `before` is a moment of the same connection, or nothing is known about the time between. */
export function statsBetween(
  before: StreamCounters | undefined,
  now: StreamCounters,
  seen: Seen = {},
): StreamStats {
  const { video, path } = now;
  const earlier = before?.connection === now.connection ? before : undefined;
  const past = earlier?.video;
  const seconds = earlier && now.atMs > earlier.atMs ? (now.atMs - earlier.atMs) / 1000 : undefined;
  const since = (key: Total) => growth(past?.[key], video?.[key]);
  const roundTripMs = path && roundTrip(earlier?.path, path);
  const jitterBufferMs = share(since('jitterBufferTotalMs'), since('jitterBufferFrames'));
  const decodeMs = share(since('decodeTotalMs'), since('framesDecoded'));
  const lossShare = lossBetween(past, video);
  const layer = layerOf(pixelsOf(video), now.fullPixels, seen.largestPixels);
  return {
    atMs: now.atMs,
    path: path && mediaPath(path),
    ends: path && { local: path.local, remote: path.remote },
    delay: delayOf(seen.stripAgeMs, roundTripMs, jitterBufferMs, decodeMs),
    bitsPerSecond: share(times(since('bytes'), 8), seconds),
    framesPerSecond: share(since('framesDecoded'), seconds),
    lossShare,
    roundTripMs,
    jitterBufferMs,
    decodeMs,
    jitterMs: video?.jitterMs,
    widthPixels: video?.widthPixels,
    heightPixels: video?.heightPixels,
    layer,
    limitedBy: limitOf(
      layer,
      lossShare,
      share(since('framesDropped'), sum(since('framesDecoded'), since('framesDropped'))),
    ),
    codec: video?.codec,
    codecParameters: video?.codecParameters,
    decoder: video?.decoder,
    totals: {
      freezes: video?.freezes,
      freezesMs: video?.freezesTotalMs,
      framesDropped: video?.framesDropped,
      packetsLost: video?.packetsLost,
      packetsSentAgain: video?.packetsSentAgain,
      nacks: video?.nacks,
      plis: video?.plis,
    },
  };
}

export function pixelsOf(video: VideoCounters | undefined): number | undefined {
  const pixels = (video?.widthPixels ?? 0) * (video?.heightPixels ?? 0);
  return pixels > 0 ? pixels : undefined;
}

function layerOf(
  pixels: number | undefined,
  fullPixels: number | undefined,
  largestPixels: number | undefined,
): StreamStats['layer'] {
  if (pixels === undefined) return undefined;
  if (fullPixels !== undefined) return pixels < fullPixels ? 'low' : 'full';
  return pixels < (largestPixels ?? 0) ? 'low' : undefined;
}

type Total =
  | 'bytes'
  | 'framesDecoded'
  | 'framesDropped'
  | 'decodeTotalMs'
  | 'jitterBufferTotalMs'
  | 'jitterBufferFrames';

function delayOf(
  stripAgeMs: number | undefined,
  roundTripMs: number | undefined,
  jitterBufferMs: number | undefined,
  decodeMs: number | undefined,
): Delay | undefined {
  if (stripAgeMs !== undefined && stripAgeMs > -CLOCK_TOLERANCE_MS && stripAgeMs < BELIEVABLE_DELAY_MS)
    return { ms: Math.max(0, stripAgeMs), from: 'time-strip' };
  if (roundTripMs === undefined || jitterBufferMs === undefined) return undefined;
  return { ms: roundTripMs / 2 + jitterBufferMs + (decodeMs ?? 0), from: 'estimate' };
}

/** The last one; where a browser tells only the sum, the average since the earlier moment, else of all. */
function roundTrip(past: PathCounters | undefined, path: PathCounters): number | undefined {
  return (
    path.lastRoundTripMs ??
    share(growth(past?.roundTripTotalMs, path.roundTripTotalMs), growth(past?.roundTrips, path.roundTrips)) ??
    share(path.roundTripTotalMs, path.roundTrips)
  );
}

function lossBetween(past: VideoCounters | undefined, video: VideoCounters | undefined): number | undefined {
  const received = growth(past?.packets, video?.packets);
  if (received === undefined || past?.packetsLost === undefined || video?.packetsLost === undefined)
    return undefined;
  const lost = Math.max(0, video.packetsLost - past.packetsLost);
  return lost + received === 0 ? undefined : lost / (lost + received);
}

function limitOf(
  layer: StreamStats['layer'],
  lossShare: number | undefined,
  droppedShare: number | undefined,
): Limit | undefined {
  if (layer === 'low') return 'path';
  if ((lossShare ?? 0) > MUCH_LOSS_SHARE) return 'loss';
  return (droppedShare ?? 0) > MANY_DROPPED_SHARE ? 'device' : undefined;
}

/** A total that fell began anew. */
function growth(past: number | undefined, now: number | undefined): number | undefined {
  return past === undefined || now === undefined || now < past ? undefined : now - past;
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole <= 0 ? undefined : part / whole;
}

function times(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
