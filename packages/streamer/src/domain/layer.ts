/**
 * One layer of the broadcast on its way to its viewers: each picture is packetized once, kept for retransmission and
 * for viewers to come, and handed to every viewer of the layer.
 *
 * Owns the packetizer and its history, the cached group of pictures, the newest keyframe and the wishes for one; not the source, nor the
 * viewers. What the rate should be is decided elsewhere (rate-allocation.ts).
 */
import {
  type AccessUnit,
  type RtpPacket,
  RtpPacketizer,
  type RtpPacketizerOptions,
  TICKS_PER_MS,
} from '@perch/rtp';
import type { Clock } from './clock.ts';
import { KeyframeRequests, MIN_LOSS_INTERVAL_MS } from './keyframe-requests.ts';
import { PictureCache } from './picture-cache.ts';
import type { CodedPicture, LayerName, VideoLayer } from './video-source.ts';

/**
 * A new viewer of a source that makes keyframes on demand takes the cached pictures while they are few, and saves
 * everyone a keyframe: ten pictures arrive about as fast as a new keyframe would.
 */
const SHORT_GROUP_MS = 300;

/** Who takes one keyframe for a still picture is content with one of the last second, as who lost something has to be. */
const STILL_FRESH_MS = MIN_LOSS_INTERVAL_MS;

/** Where the source makes keyframes as it likes, the cached pictures are all there is. */
const ANY_AGE_MS = Number.POSITIVE_INFINITY;

/** A smaller change of the rate is not worth an encoder's trouble. */
const MIN_RATE_CHANGE = 0.03;

/** Takes the pictures of a layer: a viewer. */
export interface PacketSink {
  /** The packets of one picture, or of several in order. Their bytes are patched and shared: send, don't keep. */
  sendPackets(layer: Layer, packets: readonly RtpPacket[], keyframe: boolean): void;
  /** Whether another picture would have to wait for those that were sent before. */
  readonly isBehind: boolean;
}

export class Layer {
  readonly name: LayerName;
  readonly #clock: Clock;
  readonly #packetizer: RtpPacketizer;
  readonly #cache = new PictureCache();
  readonly #sinks = new Set<PacketSink>();
  readonly #keyframes: KeyframeRequests;
  /** They take the next keyframe, and nothing else. */
  readonly #takers = new Set<(keyframe: AccessUnit) => void>();
  /** Its memory is that of one picture. */
  #newestKeyframe: { readonly accessUnit: AccessUnit; readonly atMs: number } | undefined;
  #source: VideoLayer | undefined;
  #bitsPerSecond = 0;
  /** Pictures of a new source build on nothing that was sent until its first keyframe. */
  #needsKeyframe = true;

  constructor(clock: Clock, name: LayerName, packets: RtpPacketizerOptions) {
    this.#clock = clock;
    this.name = name;
    this.#packetizer = new RtpPacketizer(packets);
    this.#keyframes = new KeyframeRequests(clock, () => this.#source?.requestKeyframe());
  }

  /** The rate asked of the source; 0 while nobody watches. */
  get bitsPerSecond(): number {
    return this.#bitsPerSecond;
  }

  /** Somebody waits for a keyframe without watching. */
  get hasTakers(): boolean {
    return this.#takers.size > 0;
  }

  /** Undefined before the first of a source. */
  get newestKeyframe(): AccessUnit | undefined {
    return this.#newestKeyframe?.accessUnit;
  }

  /** Whether a picture would be of use now: not when nobody watches, nor when everybody is behind. */
  get isWanted(): boolean {
    if (this.#sinks.size === 0) return this.hasTakers;
    for (const sink of this.#sinks) if (!sink.isBehind) return true;
    return false;
  }

  /** A source was opened, the first or another one, or there is none; its pictures count from its first keyframe. */
  useSource(source: VideoLayer | undefined): void {
    this.#source = source;
    this.#newestKeyframe = undefined;
    if (source === undefined) return;
    this.#needsKeyframe = true;
    source.setBitsPerSecond(this.#bitsPerSecond);
  }

  setBitsPerSecond(bitsPerSecond: number): void {
    const change = Math.abs(bitsPerSecond - this.#bitsPerSecond) / Math.max(this.#bitsPerSecond, 1);
    if (bitsPerSecond !== 0 && change < MIN_RATE_CHANGE) return;
    if (bitsPerSecond === this.#bitsPerSecond) return;
    this.#bitsPerSecond = bitsPerSecond;
    this.#source?.setBitsPerSecond(bitsPerSecond);
  }

  handlePicture({ accessUnit, capturedMs }: Omit<CodedPicture, 'layer'>): void {
    if (this.#needsKeyframe && !accessUnit.keyframe) return;
    this.#needsKeyframe = false;
    const packets = this.#packetizer.packetize(accessUnit.nalUnits, capturedMs * TICKS_PER_MS);
    if (packets.length === 0) return;
    this.#cache.add(packets, accessUnit.keyframe, this.#clock.nowMs());
    for (const sink of this.#sinks) sink.sendPackets(this, packets, accessUnit.keyframe);
    this.#keyframes.handlePicture(accessUnit.keyframe);
    if (accessUnit.keyframe) this.#handleKeyframe(accessUnit);
  }

  /**
   * Calls back once, with the newest keyframe where that is fresh, before this returns; else with the next one, which is
   * asked for as for a viewer who lost something. The returned function takes the wish back.
   */
  wantKeyframe(taker: (keyframe: AccessUnit) => void): () => void {
    const newest = this.#newestKeyframe;
    if (newest !== undefined && this.#clock.nowMs() - newest.atMs <= STILL_FRESH_MS) {
      taker(newest.accessUnit);
      return () => undefined;
    }
    this.#takers.add(taker);
    this.#keyframes.requestForLoss();
    return () => void this.#takers.delete(taker);
  }

  /**
   * Adds a viewer who can take packets now; its first packets are those of a keyframe. One who was sent pictures of
   * another layer can't go back in time: it gets a new keyframe, no cached pictures.
   */
  add(sink: PacketSink, { isNew }: { readonly isNew: boolean }): void {
    const forcesKeyframes = this.#source?.forcesKeyframes ?? false;
    const maxAgeMs = forcesKeyframes ? SHORT_GROUP_MS : ANY_AGE_MS;
    const cached = isNew ? this.#cache.since(this.#clock.nowMs(), maxAgeMs) : [];
    // Added first: sending may end the viewer, who is removed then.
    this.#sinks.add(sink);
    if (cached.length > 0) sink.sendPackets(this, cached, true);
    else this.#keyframes.requestForNewViewer();
  }

  remove(sink: PacketSink): void {
    this.#sinks.delete(sink);
  }

  requestKeyframeForLoss(): void {
    this.#keyframes.requestForLoss();
  }

  #handleKeyframe(accessUnit: AccessUnit): void {
    this.#newestKeyframe = { accessUnit, atMs: this.#clock.nowMs() };
    const takers = [...this.#takers];
    this.#takers.clear();
    for (const taker of takers) taker(accessUnit);
  }
}
