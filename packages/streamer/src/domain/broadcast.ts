/**
 * One encoded stream on its way to many viewers: each picture is packetized once, kept for retransmission and for
 * viewers to come, and handed to every viewer who is open.
 *
 * Owns the packetizer, the history and the cached group of pictures; not the source, nor the viewers.
 */
import {
  DEFAULT_HISTORY_PACKETS,
  h264LevelFor,
  PacketHistory,
  PLAYOUT_DELAY_URI,
  profileLevelId,
  type RtpPacket,
  RtpPacketizer,
  type VideoFormat,
} from '@perch/rtp';
import type { Clock } from './clock.ts';
import { KeyframeRequests } from './keyframe-requests.ts';
import type { VideoOffer } from './peer-transport.ts';
import { PictureCache } from './picture-cache.ts';
import type { CodedPicture, VideoSource } from './video-source.ts';

/** Dynamic payload types start at 96 (RFC 3551); Chromium's own choice for H.264 baseline. */
const PAYLOAD_TYPE = 102;
const PLAYOUT_DELAY_ID = 2;

/** The RTP clock of H.264 in ticks a millisecond (RFC 6184, section 8.2.1). */
const TICKS_PER_MS = 90;

/**
 * A new viewer of a source that makes keyframes on demand takes the cached pictures while they are few, and saves
 * everyone a keyframe: ten pictures arrive about as fast as a new keyframe would.
 */
const SHORT_GROUP_MS = 300;

/** Where the source makes keyframes as it likes, the cached pictures are all there is. */
const ANY_AGE_MS = Number.POSITIVE_INFINITY;

/** Takes the pictures of a broadcast: a viewer. */
export interface PacketSink {
  /** The packets of one picture, or of several in order. Their bytes are patched and shared: send, don't keep. */
  sendPackets(packets: readonly RtpPacket[], keyframe: boolean): void;
}

export interface BroadcastComponents {
  readonly clock: Clock;
  /** Random numbers from 0 up to, not including, 1. */
  readonly random: () => number;
}

export class Broadcast {
  readonly offer: VideoOffer;
  readonly history = new PacketHistory(DEFAULT_HISTORY_PACKETS);
  readonly #clock: Clock;
  readonly #bitsPerSecond: number;
  readonly #timestampOffset: number;
  readonly #packetizer: RtpPacketizer;
  readonly #cache = new PictureCache();
  readonly #sinks = new Set<PacketSink>();
  readonly #keyframes: KeyframeRequests;
  #source: VideoSource | undefined;
  /** Pictures of a new source build on nothing that was sent until its first keyframe. */
  #needsKeyframe = true;
  #pictureCount = 0;

  constructor({ clock, random }: BroadcastComponents, format: VideoFormat) {
    this.#clock = clock;
    this.#bitsPerSecond = format.bitsPerSecond;
    this.#timestampOffset = Math.floor(random() * 2 ** 32);
    // RFC 3550, section 8.1: random, so that two streams do not collide; zero is avoided, some take it for none.
    const ssrc = 1 + Math.floor(random() * (2 ** 32 - 1));
    this.#packetizer = new RtpPacketizer({
      ssrc,
      payloadType: PAYLOAD_TYPE,
      timestampOffset: this.#timestampOffset,
      extensions: { playoutDelay: { id: PLAYOUT_DELAY_ID, minMs: 0, maxMs: 0 } },
    });
    this.offer = {
      payloadType: PAYLOAD_TYPE,
      ssrc,
      cname: Math.floor(random() * 2 ** 48).toString(36),
      profileLevelId: profileLevelId('constrained-baseline', h264LevelFor(format) ?? 31),
      extensions: [{ id: PLAYOUT_DELAY_ID, uri: PLAYOUT_DELAY_URI }],
    };
    this.#keyframes = new KeyframeRequests(clock, () => this.#source?.main.requestKeyframe());
  }

  /** Pictures sent since the beginning. */
  get pictureCount(): number {
    return this.#pictureCount;
  }

  /** The RTP timestamp of this moment, for sender reports. */
  rtpTimestampNow(): number {
    return Math.floor(this.#clock.nowMs() * TICKS_PER_MS + this.#timestampOffset) >>> 0;
  }

  /** A source was opened, the first or another one, or there is none; its pictures count from its first keyframe. */
  useSource(source: VideoSource | undefined): void {
    this.#source = source;
    if (source === undefined) return;
    this.#needsKeyframe = true;
    source.main.setBitsPerSecond(this.#bitsPerSecond);
  }

  handlePicture({ accessUnit, capturedMs }: CodedPicture): void {
    if (this.#needsKeyframe && !accessUnit.keyframe) return;
    this.#needsKeyframe = false;
    const packets = this.#packetizer.packetize(accessUnit.nalUnits, capturedMs * TICKS_PER_MS);
    if (packets.length === 0) return;
    this.#pictureCount++;
    for (const packet of packets) this.history.add(packet);
    this.#cache.add(packets, accessUnit.keyframe, this.#clock.nowMs());
    for (const sink of this.#sinks) sink.sendPackets(packets, accessUnit.keyframe);
    this.#keyframes.handlePicture(accessUnit.keyframe);
  }

  /** Adds a viewer who can take packets now; its first packets are those of a keyframe. */
  add(sink: PacketSink): void {
    const forcesKeyframes = this.#source?.main.forcesKeyframes ?? false;
    const cached = this.#cache.since(this.#clock.nowMs(), forcesKeyframes ? SHORT_GROUP_MS : ANY_AGE_MS);
    // Added first: sending may end the viewer, who is removed then.
    this.#sinks.add(sink);
    if (cached.length > 0) sink.sendPackets(cached, true);
    else this.#keyframes.requestForNewViewer();
  }

  remove(sink: PacketSink): void {
    this.#sinks.delete(sink);
  }

  requestKeyframeForLoss(): void {
    this.#keyframes.requestForLoss();
  }
}
