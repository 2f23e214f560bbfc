/**
 * Measures the path by clusters of packets sent faster than the estimate: the rate at which they arrived, or that at
 * which they were sent if the path kept up (libwebrtc's probe bitrate estimator is the model). Pure.
 */
import type { ProbeCluster } from './probe-controller.ts';

/** Of the packets and bytes that were to be sent, so much must have arrived. */
const MIN_ARRIVED_SHARE = 0.8;
/** Longer is no burst; arriving so much faster than sent, a radio delivered it in one piece. */
const MAX_SPAN_MS = 1000;
const MAX_SPEEDUP = 2;
/** Arriving slower than this share of the sending means that the path was full; then a little less than it is used. */
const FULL_PATH_SHARE = 0.9;
const FULL_PATH_USE = 0.95;
/** A cluster is over when its successor has begun; two are under way at the start. */
const REMEMBERED_CLUSTERS = 4;

export interface ProbeMeasurement {
  readonly bitsPerSecond: number;
  /** Arrived slower than sent: this much was free, or somebody else was pushed aside for it. */
  readonly pathWasFull: boolean;
  /** The cluster's. */
  readonly ceilingBitsPerSecond: number;
}

interface ProbePacket {
  readonly sendMs: number;
  readonly arrivalMs: number;
  readonly bytes: number;
}

interface Sum {
  readonly cluster: ProbeCluster;
  packets: number;
  bytes: number;
  firstSendMs: number;
  lastSendMs: number;
  lastSentBytes: number;
  firstArrivalMs: number;
  firstArrivedBytes: number;
  lastArrivalMs: number;
}

export class ProbeResults {
  #sums: Sum[] = [];

  /** A cluster is going to be sent. */
  expect(cluster: ProbeCluster): void {
    this.#sums = [...this.#sums, sumOf(cluster)].slice(-REMEMBERED_CLUSTERS);
  }

  /** Takes a packet of a cluster that arrived. Returns what is measured so far once there is enough of it. */
  add(probeCluster: number, result: ProbePacket): ProbeMeasurement | undefined {
    const sum = this.#sums.find(({ cluster }) => cluster.id === probeCluster);
    if (sum === undefined) return undefined;
    sum.packets++;
    sum.bytes += result.bytes;
    sum.firstSendMs = Math.min(sum.firstSendMs, result.sendMs);
    if (result.sendMs >= sum.lastSendMs) {
      sum.lastSendMs = result.sendMs;
      sum.lastSentBytes = result.bytes;
    }
    if (result.arrivalMs < sum.firstArrivalMs) {
      sum.firstArrivalMs = result.arrivalMs;
      sum.firstArrivedBytes = result.bytes;
    }
    sum.lastArrivalMs = Math.max(sum.lastArrivalMs, result.arrivalMs);
    return measure(sum);
  }
}

function sumOf(cluster: ProbeCluster): Sum {
  return {
    cluster,
    packets: 0,
    bytes: 0,
    firstSendMs: Number.POSITIVE_INFINITY,
    lastSendMs: Number.NEGATIVE_INFINITY,
    lastSentBytes: 0,
    firstArrivalMs: Number.POSITIVE_INFINITY,
    firstArrivedBytes: 0,
    lastArrivalMs: Number.NEGATIVE_INFINITY,
  };
}

function measure(sum: Sum): ProbeMeasurement | undefined {
  const { minPackets, minBytes } = sum.cluster;
  if (sum.packets < minPackets * MIN_ARRIVED_SHARE || sum.bytes < minBytes * MIN_ARRIVED_SHARE)
    return undefined;
  const sendMs = sum.lastSendMs - sum.firstSendMs;
  const arrivalMs = sum.lastArrivalMs - sum.firstArrivalMs;
  if (sendMs <= 0 || sendMs > MAX_SPAN_MS || arrivalMs <= 0 || arrivalMs > MAX_SPAN_MS) return undefined;
  // Between the first and the last, one of them is outside: the last when sending, the first when arriving.
  const sent = ((sum.bytes - sum.lastSentBytes) * 8000) / sendMs;
  const arrived = ((sum.bytes - sum.firstArrivedBytes) * 8000) / arrivalMs;
  if (arrived > sent * MAX_SPEEDUP) return undefined;
  const pathWasFull = arrived < sent * FULL_PATH_SHARE;
  const bitsPerSecond = pathWasFull ? arrived * FULL_PATH_USE : Math.min(sent, arrived);
  return { bitsPerSecond, pathWasFull, ceilingBitsPerSecond: sum.cluster.ceilingBitsPerSecond };
}
