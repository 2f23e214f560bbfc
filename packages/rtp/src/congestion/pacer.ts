/**
 * Spreads one viewer's packets over time, so that a keyframe does not fill the path's queue at once (libwebrtc's paced
 * sender is the model). Pure: the time comes in, packets go out through a sink.
 *
 * A leaky bucket at CongestionController.pacingBitsPerSecond, which is above the target: fast enough that a usual picture
 * leaves within a few milliseconds, slow enough that the path sees no line-rate burst. Packets asked for again go first,
 * since the viewer waits for them. A probe cluster goes at its own rate and is filled up with padding where there is too
 * little video.
 */
import { PacketQueue } from './packet-queue.ts';
import type { ProbeCluster } from './probe-controller.ts';

/** What may leave at once: a timer is no finer, and below this a queue on the path harms nobody. */
const BURST_MS = 10;

/** A timer that fires is late by about this much; to come back sooner is of no use. */
const MIN_WAIT_MS = 1;

/** While the path's window is full, feedback opens it; this is for feedback that was lost. */
const FULL_WINDOW_WAIT_MS = 20;

/** Video older than this is of no use to a live viewer: the caller drops it and waits for a keyframe. */
export const MAX_QUEUE_MS = 250;

/** A cluster that was not sent by then finds no video to send: it is given up. */
const PROBE_WITHIN_MS = 500;

export interface PacerSink<Packet, Resend> {
  /** To be sent now. `nowMs` is drain's; `probeCluster` is for CongestionController.handleSent. */
  send(packet: Packet, nowMs: number, probeCluster: number | undefined): void;
  /** The same for one that was asked for again. */
  sendAgain(packet: Resend, nowMs: number, probeCluster: number | undefined): void;
  /**
   * To send about `bytes` of padding now, after a picture's last packet; returns how many were sent, headers
   * included, 0 if the viewer can take none.
   */
  sendPadding(bytes: number, nowMs: number, probeCluster: number): number;
}

/** For one viewer. Owns the queue of packets, by reference. */
export class Pacer<Packet, Resend> {
  readonly #media = new PacketQueue<Packet>();
  readonly #resends = new PacketQueue<Resend>();
  /** Until then the bytes sent so far last at the pacing rate. */
  #paidUntilMs = 0;
  #betweenPictures = true;
  #probe: { readonly cluster: ProbeCluster; readonly takenMs: number } | undefined;
  #probeStartMs = 0;
  #probeBytes = 0;
  #probePackets = 0;

  get queuedPackets(): number {
    return this.#media.length + this.#resends.length;
  }

  get queuedBytes(): number {
    return this.#media.bytes + this.#resends.bytes;
  }

  /** `bytes` as the path will carry them; the last packet of a picture has `endsPicture`. */
  enqueue(packet: Packet, bytes: number, endsPicture: boolean, nowMs: number): void {
    this.#media.push(packet, bytes, nowMs, endsPicture);
  }

  enqueueResend(packet: Resend, bytes: number, nowMs: number): void {
    this.#resends.push(packet, bytes, nowMs, true);
  }

  /** Replaces a cluster that is not finished. */
  startProbe(cluster: ProbeCluster, nowMs: number): void {
    this.#probe = { cluster, takenMs: nowMs };
    this.#probeBytes = 0;
    this.#probePackets = 0;
  }

  /**
   * How old the video is that would be sent next, or how long what is queued takes at
   * `pacingBitsPerSecond`, if that is more. Beyond MAX_QUEUE_MS the caller drops.
   */
  queueMs(pacingBitsPerSecond: number, nowMs: number): number {
    if (this.#media.length === 0) return 0;
    return Math.max(nowMs - this.#media.headMs, (this.queuedBytes * 8000) / pacingBitsPerSecond);
  }

  /**
   * Drops what waits, except the rest of a picture that has begun to be sent. Returns how many packets. What comes next
   * must be a keyframe; so nobody waits any more for the packets that were to be sent again.
   */
  dropQueued(): number {
    const before = this.queuedPackets;
    this.#media.truncate(this.#betweenPictures ? 0 : this.#media.packetsOfHeadPicture());
    this.#resends.truncate(0);
    return before - this.queuedPackets;
  }

  /**
   * Sends what is due, at most `allowedBytes`. Returns when to call again, at the latest, or undefined if there is
   * nothing to send; to be called also after enqueueing and after feedback.
   */
  drain(
    pacingBitsPerSecond: number,
    allowedBytes: number,
    nowMs: number,
    sink: PacerSink<Packet, Resend>,
  ): number | undefined {
    let allowed = allowedBytes;
    if (this.#probe !== undefined && nowMs - this.#probe.takenMs > PROBE_WITHIN_MS) this.#probe = undefined;
    for (;;) {
      const dueMs = this.#nextDueMs(nowMs);
      if (dueMs === undefined) return undefined;
      if (dueMs > nowMs) return Math.max(dueMs, nowMs + MIN_WAIT_MS);
      const cluster = this.#probe?.cluster;
      if (allowed <= 0) return nowMs + FULL_WINDOW_WAIT_MS;
      let bytes: number;
      if (this.#resends.length > 0) {
        bytes = this.#resends.headBytes;
        const packet = this.#resends.shift() as Resend;
        this.#count(bytes, pacingBitsPerSecond, nowMs);
        sink.sendAgain(packet, nowMs, cluster?.id);
      } else if (this.#media.length > 0) {
        bytes = this.#media.headBytes;
        this.#betweenPictures = this.#media.headEndsPicture;
        const packet = this.#media.shift() as Packet;
        this.#count(bytes, pacingBitsPerSecond, nowMs);
        sink.send(packet, nowMs, cluster?.id);
      } else {
        bytes = cluster === undefined ? 0 : sink.sendPadding(paddingBytes(cluster), nowMs, cluster.id);
        if (bytes <= 0) this.#probe = undefined;
        else this.#count(bytes, pacingBitsPerSecond, nowMs);
      }
      allowed -= bytes;
    }
  }

  #nextDueMs(nowMs: number): number | undefined {
    const isEmpty = this.queuedPackets === 0;
    const cluster = this.#probe?.cluster;
    // A cluster begins with video, so that a paused stream is not probed.
    if (isEmpty && (cluster === undefined || this.#probePackets === 0)) return undefined;
    if (cluster === undefined)
      return this.#paidUntilMs - nowMs < BURST_MS ? nowMs : this.#paidUntilMs - BURST_MS / 2;
    if (this.#probePackets === 0) return nowMs;
    return this.#probeStartMs + (this.#probeBytes * 8000) / cluster.bitsPerSecond;
  }

  #count(bytes: number, pacingBitsPerSecond: number, nowMs: number): void {
    const ms = (bytes * 8000) / pacingBitsPerSecond;
    this.#paidUntilMs = Math.max(this.#paidUntilMs, nowMs) + ms;
    const cluster = this.#probe?.cluster;
    if (cluster === undefined) return;
    if (this.#probePackets === 0) this.#probeStartMs = nowMs;
    this.#probePackets++;
    this.#probeBytes += bytes;
    if (this.#probePackets >= cluster.minPackets && this.#probeBytes >= cluster.minBytes)
      this.#probe = undefined;
  }
}

/** Chunks of 2 ms: finer than that no timer sends. */
function paddingBytes(cluster: ProbeCluster): number {
  return Math.ceil((cluster.bitsPerSecond * 2) / 8000);
}
