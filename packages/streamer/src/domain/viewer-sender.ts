/**
 * What one viewer is sent, and when: keeps the estimate of what the viewer's path carries, paces what the broadcast
 * gives, answers what the viewer asks for. Owns the queue and its timer, and the viewer's streams; not the transport.
 *
 * Drops whole pictures when the path is slower than they come, and then wants a keyframe.
 */
import {
  CongestionController,
  MAX_QUEUE_MS,
  ntpTimeOf,
  Pacer,
  type PacerSink,
  type RtcpPacket,
  type RtpPacket,
  roundTripTimeMs,
  type SentPacket,
} from '@perch/rtp';
import type { AgreedMedia } from './agreed-media.ts';
import type { Clock } from './clock.ts';
import { PACKET_OVERHEAD_BYTES, ViewerStream, type ViewerStreamComponents } from './viewer-stream.ts';

/** Of what the path carries, the part that packets of a usual size leave for video: headers, and some slack. */
const VIDEO_SHARE = 0.92;

/** Lower than this no picture is of use, and the estimate could not climb again. */
const MIN_BITS_PER_SECOND = 50_000;

/** A first guess, times the video's rate, that most paths carry. */
const START_SHARE = 1.5;

/** The path is probed up to this multiple of the video's rate, so that a keyframe leaves a fast path at once. */
const MAX_SHARE = 4;

/** What there is use for: the video, what is sent again, and some room. */
const WANTED_SHARE = 1.3;

/**
 * Until a path is known: 40 KB of a first keyframe in 8 ms. A path that is too slow for that loses no more of it than at a
 * tenth of the pace, since what matters is the queue before the slow link.
 */
const FIRST_PACE_BITS_PER_SECOND = 40_000_000;

/** Another picture would only wait behind those that wait: one and a half at 30 a second. */
const BEHIND_MS = 50;

/** A keyframe fills the queue by itself; dropping what follows it would ask for the next one. */
const KEYFRAME_PAID_BACK_MS = 500;

/** Room for a keyframe: what the path carries in this time. */
const KEYFRAME_ROOM_MS = 200;

export interface ViewerSenderComponents extends ViewerStreamComponents {
  /** The viewer misses something that only a keyframe makes good. */
  readonly onKeyframeNeeded: () => void;
}

/** For people: rates in bits a second, shares from 0 to 1. */
export interface SenderStats {
  readonly carriesBitsPerSecond: number;
  readonly sentBytes: number;
  readonly lossShare: number;
  readonly roundTripMs: number | undefined;
}

export class ViewerSender {
  readonly #clock: Clock;
  readonly #onKeyframeNeeded: () => void;
  readonly #stream: ViewerStream;
  readonly #controller: CongestionController;
  readonly #pacer = new Pacer<RtpPacket, SentPacket>();
  readonly #pacerSink: PacerSink<RtpPacket, SentPacket>;
  readonly #transportFeedback: boolean;
  #lastTimestamp: number | undefined;
  #lastKeyframeMs = Number.NEGATIVE_INFINITY;
  #reportedRoundTripMs: number | undefined;
  #cancelDrain: (() => void) | undefined;

  constructor(components: ViewerSenderComponents, agreed: AgreedMedia) {
    const { broadcast, clock } = components;
    const { bitsPerSecond } = broadcast;
    this.#clock = clock;
    this.#onKeyframeNeeded = components.onKeyframeNeeded;
    this.#transportFeedback = agreed.transportFeedback;
    const controller = new CongestionController({
      startBitsPerSecond: bitsPerSecond * START_SHARE,
      minBitsPerSecond: Math.min(MIN_BITS_PER_SECOND, bitsPerSecond),
      maxBitsPerSecond: bitsPerSecond * MAX_SHARE,
      wantedBitsPerSecond: bitsPerSecond * WANTED_SHARE,
    });
    this.#controller = controller;
    this.#stream = new ViewerStream(components, agreed, {
      onSent: (number, bytes, nowMs, probe) => controller.handleSent(number, bytes, nowMs, probe),
      onResent: (number, bytes, nowMs) => controller.handleResent(number, bytes, nowMs),
    });
    this.#pacerSink = {
      send: (packet, nowMs, probe) => this.#stream.send(packet, nowMs, probe),
      sendAgain: (sent, nowMs, probe) => this.#stream.sendAgain(sent, nowMs, probe),
      sendPadding: (bytes, nowMs, probe) => this.#stream.sendPadding(bytes, nowMs, probe),
    };
  }

  /** What the path carries of video, in bits a second: what is lost on the way has to be sent twice. */
  get carriesBitsPerSecond(): number {
    const { targetBitsPerSecond, lossShare } = this.#controller;
    return targetBitsPerSecond * VIDEO_SHARE * (1 - lossShare);
  }

  /** When a packet last left, in milliseconds of the clock. */
  get lastSentMs(): number {
    return this.#stream.lastSentMs;
  }

  /** Whether another picture would have to wait for those before. */
  get isBehind(): boolean {
    return this.#queueMs(this.#clock.nowMs()) > BEHIND_MS;
  }

  /** Whether a keyframe would get through now. */
  get hasRoom(): boolean {
    const { allowedBytes, targetBitsPerSecond } = this.#controller;
    return !this.isBehind && allowedBytes > (targetBitsPerSecond * KEYFRAME_ROOM_MS) / 8_000;
  }

  get stats(): SenderStats {
    return {
      carriesBitsPerSecond: this.carriesBitsPerSecond,
      sentBytes: this.#stream.sentBytes,
      lossShare: this.#controller.lossShare,
      roundTripMs: this.#controller.roundTripMs ?? this.#reportedRoundTripMs,
    };
  }

  /** Whether pictures of this RTP timestamp come after everything that was sent or waits. */
  isAfter(timestamp: number): boolean {
    const ahead = (timestamp - (this.#lastTimestamp ?? timestamp - 1)) >>> 0;
    return ahead > 0 && ahead < 2 ** 31;
  }

  /**
   * Takes the packets of one picture, or of several in order. False when the path is too slow for them: they and what
   * was queued are dropped, and the next ones must be a keyframe's.
   */
  sendPackets(packets: readonly RtpPacket[], keyframe: boolean): boolean {
    const nowMs = this.#clock.nowMs();
    if (keyframe) this.#lastKeyframeMs = nowMs;
    else if (this.#isLate(nowMs)) {
      this.dropQueued();
      return false;
    }
    for (const packet of packets) {
      this.#pacer.enqueue(packet, packet.bytes.length + PACKET_OVERHEAD_BYTES, packet.marker, nowMs);
    }
    this.#lastTimestamp = packets.at(-1)?.timestamp ?? this.#lastTimestamp;
    this.#drain();
    return true;
  }

  /** What follows is a keyframe: the pictures that wait are of no use any more. */
  dropQueued(): void {
    this.#pacer.dropQueued();
  }

  handleRtcp(packet: RtcpPacket): void {
    const nowMs = this.#clock.nowMs();
    switch (packet.type) {
      case 'nack':
        if (packet.mediaSsrc === this.#stream.ssrc) this.#handleNack(packet.sequenceNumbers, nowMs);
        return;
      case 'transport-feedback':
        if (!this.#transportFeedback) return;
        this.#controller.handleTransportFeedback(packet, nowMs);
        this.#probe(nowMs);
        this.#drain();
        return;
      case 'maximum-bitrate':
        this.#controller.handleMaximumBitrate(packet.bitsPerSecond);
        return;
      case 'receiver-report':
      case 'sender-report': {
        const report = packet.reports.find(({ ssrc }) => ssrc === this.#stream.ssrc);
        if (report === undefined) return;
        const roundTripMs = roundTripTimeMs(report, ntpTimeOf(this.#clock.unixMs()));
        this.#reportedRoundTripMs = roundTripMs ?? this.#reportedRoundTripMs;
        this.#controller.handleReceiverReport({ fractionLost: report.fractionLost, roundTripMs }, nowMs);
        return;
      }
      case 'picture-loss':
      case 'full-intra-request':
        this.#onKeyframeNeeded();
        return;
      case 'goodbye':
        return;
    }
  }

  /** To be called about ten times a second. */
  tick(): void {
    const nowMs = this.#clock.nowMs();
    this.#controller.tick(nowMs);
    this.#probe(nowMs);
  }

  /** Stops the timer. May be called twice. */
  close(): void {
    this.#cancelDrain?.();
    this.#cancelDrain = undefined;
  }

  #queueMs(nowMs: number): number {
    return this.#pacer.queueMs(this.#pacingBitsPerSecond, nowMs);
  }

  get #pacingBitsPerSecond(): number {
    const { isUnknown, pacingBitsPerSecond } = this.#controller;
    return isUnknown ? Math.max(FIRST_PACE_BITS_PER_SECOND, pacingBitsPerSecond) : pacingBitsPerSecond;
  }

  #isLate(nowMs: number): boolean {
    return nowMs - this.#lastKeyframeMs > KEYFRAME_PAID_BACK_MS && this.#queueMs(nowMs) > MAX_QUEUE_MS;
  }

  #probe(nowMs: number): void {
    const probe = this.#controller.takeProbe(nowMs);
    if (probe !== undefined) this.#pacer.startProbe(probe, nowMs);
  }

  #drain(): void {
    this.close();
    const nowMs = this.#clock.nowMs();
    const { allowedBytes } = this.#controller;
    const nextMs = this.#pacer.drain(this.#pacingBitsPerSecond, allowedBytes, nowMs, this.#pacerSink);
    if (nextMs !== undefined) this.#cancelDrain = this.#clock.after(nextMs - nowMs, () => this.#drain());
  }

  #handleNack(sequenceNumbers: readonly number[], nowMs: number): void {
    const roundTripMs = this.#controller.roundTripMs ?? this.#reportedRoundTripMs ?? 0;
    const { resend, keyframeNeeded } = this.#stream.handleNack(sequenceNumbers, roundTripMs);
    for (const sent of resend) {
      this.#pacer.enqueueResend(sent, sent.packet.bytes.length + PACKET_OVERHEAD_BYTES, nowMs);
    }
    this.#drain();
    if (keyframeNeeded) this.#onKeyframeNeeded();
  }
}
