/**
 * The stream on its way to many viewers: takes the source's pictures into their layers, puts each viewer on the layer
 * that its path carries, and has the layers encoded at the rate that their viewers carry.
 *
 * Owns the layers and a timer while anyone watches; not the source, nor the viewers.
 */
import {
  type AccessUnit,
  type PlayoutDelay,
  type RtpPacketizerOptions,
  TICKS_PER_MS,
  type VideoFormat,
} from '@perch/rtp';
import type { Clock } from './clock.ts';
import { Layer, type PacketSink } from './layer.ts';
import type { VideoOffer } from './peer-transport.ts';
import { allocateRates, newPlace, type Place } from './rate-allocation.ts';
import { offeredExtensions, videoOffer } from './video-offer.ts';
import type { CodedPicture, LayerName, PictureSize, VideoSource } from './video-source.ts';

/** About as often as feedback comes. */
const FOLLOW_INTERVAL_MS = 100;

/** A viewer whose connection is open. */
export interface Watcher extends PacketSink {
  /** What its path carries of video, in bits a second. */
  readonly carriesBitsPerSecond: number;
  /** Ten times a second. */
  tick(): void;
  /** Go over to this layer, which has a rate by now; called again with the same one it changes nothing. */
  watch(layer: Layer): void;
}

export interface BroadcastComponents {
  readonly clock: Clock;
  /** Random numbers from 0 up to, not including, 1. */
  readonly random: () => number;
}

export class Broadcast {
  readonly offer: VideoOffer;
  /** What the owner allows the main layer. */
  readonly bitsPerSecond: number;
  readonly #clock: Clock;
  readonly #timestampOffset: number;
  readonly #layers: Readonly<Record<LayerName, Layer>>;
  readonly #watchers = new Map<Watcher, Place>();
  #source: VideoSource | undefined;
  #cancelFollow: (() => void) | undefined;

  constructor({ clock, random }: BroadcastComponents, format: VideoFormat, playoutDelay?: PlayoutDelay) {
    this.#clock = clock;
    this.bitsPerSecond = format.bitsPerSecond;
    this.#timestampOffset = Math.floor(random() * 2 ** 32);
    this.offer = videoOffer({ format, random });
    const { ssrc, payloadType } = this.offer;
    const packets: RtpPacketizerOptions = {
      ssrc,
      payloadType,
      timestampOffset: this.#timestampOffset,
      extensions: offeredExtensions(playoutDelay),
    };
    this.#layers = {
      main: new Layer(clock, 'main', packets),
      // One tick later, so that a viewer who falls from one to the other at one picture gets no timestamp twice.
      low: new Layer(clock, 'low', { ...packets, timestampOffset: this.#timestampOffset + 1 }),
    };
  }

  /** The main layer's; undefined while it is not known. */
  get size(): PictureSize | undefined {
    return this.#source?.size;
  }

  /** The RTP timestamp of this moment, for sender reports. */
  rtpTimestampNow(): number {
    return Math.floor(this.#clock.nowMs() * TICKS_PER_MS + this.#timestampOffset) >>> 0;
  }

  /** Whether a picture of this layer would be of use now. */
  isWanted(layer: LayerName): boolean {
    return this.#layers[layer].isWanted;
  }

  /** A source was opened, the first or another one, or there is none. */
  useSource(source: VideoSource | undefined): void {
    this.#source = source;
    this.#layers.main.useSource(source?.main);
    this.#layers.low.useSource(source?.low);
    if (source !== undefined) this.#allocate();
  }

  handlePicture(picture: CodedPicture): void {
    this.#layers[picture.layer].handlePicture(picture);
  }

  /** The main layer's newest keyframe; undefined where the source gave none yet. */
  get newestKeyframe(): AccessUnit | undefined {
    return this.#layers.main.newestKeyframe;
  }

  /** As Layer has it, of the main layer; one that nobody watches is encoded until then. */
  wantKeyframe(taker: (keyframe: AccessUnit) => void): () => void {
    const { main } = this.#layers;
    const cancel = main.wantKeyframe((keyframe) => {
      taker(keyframe);
      this.#allocate();
    });
    this.#allocate();
    return () => {
      cancel();
      this.#allocate();
    };
  }

  /** Adds a viewer who can take packets now. */
  add(watcher: Watcher): void {
    this.#watchers.set(watcher, newPlace());
    this.#allocate();
    this.#cancelFollow ??= this.#clock.after(FOLLOW_INTERVAL_MS, () => this.#follow());
  }

  remove(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher)) return;
    this.#allocate();
    if (this.#watchers.size > 0) return;
    this.#cancelFollow?.();
    this.#cancelFollow = undefined;
  }

  #follow(): void {
    this.#cancelFollow = this.#clock.after(FOLLOW_INTERVAL_MS, () => this.#follow());
    // A copy: a tick may end its viewer.
    for (const watcher of [...this.#watchers.keys()]) watcher.tick();
    this.#allocate();
  }

  #allocate(): void {
    if (this.#source !== undefined) {
      const { main, low } = this.#source;
      const placed = [...this.#watchers].map(([{ carriesBitsPerSecond }, place]) => ({
        carriesBitsPerSecond,
        place,
      }));
      const rates = allocateRates(placed, { main, low }, this.#clock.nowMs());
      const forStill = this.#layers.main.hasTakers ? main.highestBitsPerSecond : 0;
      this.#layers.main.setBitsPerSecond(rates.main > 0 ? rates.main : forStill);
      this.#layers.low.setBitsPerSecond(rates.low);
    }
    for (const [watcher, { layer }] of [...this.#watchers]) watcher.watch(this.#layers[layer]);
  }
}
