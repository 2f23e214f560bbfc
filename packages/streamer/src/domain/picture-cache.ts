/**
 * The group of pictures under way: the newest keyframe and what came after it, as packets. A viewer who gets these
 * first can decode what follows.
 */
import type { RtpPacket } from '@perch/rtp';

/** 2.4 MB of packets: more would take a home's uplink seconds to send. A group that grows past it is not kept. */
export const MAX_CACHED_PACKETS = 2_000;

export class PictureCache {
  #packets: RtpPacket[] = [];
  #keyframeMs = 0;

  add(packets: readonly RtpPacket[], keyframe: boolean, nowMs: number): void {
    if (keyframe) {
      this.#packets = [...packets];
      this.#keyframeMs = nowMs;
    } else if (this.#packets.length > 0) {
      if (this.#packets.length + packets.length > MAX_CACHED_PACKETS) this.#packets = [];
      else this.#packets.push(...packets);
    }
  }

  /** The packets from the newest keyframe on, where it is no older than `maxAgeMs`; empty where there is none. */
  since(nowMs: number, maxAgeMs: number): readonly RtpPacket[] {
    return nowMs - this.#keyframeMs <= maxAgeMs ? this.#packets : [];
  }
}
