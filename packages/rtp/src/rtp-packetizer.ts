/**
 * Makes RTP packets of H.264 access units, once for all viewers of a layer (RFC 3550, 5.1; RFC 6184).
 *
 * Pure: timestamps come in, and the random first values that RFC 3550 asks for come through the constructor.
 * Not here: one viewer's numbering (outgoing-rtp.ts), pacing, RTCP.
 */
import { isKeyframe } from './h264/nal-unit.ts';
import { planH264Payloads, writeH264Payload } from './h264-payloader.ts';
import {
  type ExtensionIds,
  type ExtensionPlaces,
  type PlayoutDelay,
  patchExtensions,
  placeExtensions,
  writeExtensionBlock,
} from './header-extensions.ts';
import { PacketHistory, type RtpPacket } from './packet-history.ts';
import { writeRtpHeader } from './rtp-packet.ts';

/**
 * With an SRTP tag (16), UDP (8) and IPv6 (40) this stays below 1280, the MTU that every IPv6 path has.
 * libwebrtc uses the same number.
 */
export const DEFAULT_MAX_PACKET_BYTES = 1200;

/** The RTP clock of H.264 (RFC 6184, section 8.2.1) in ticks a millisecond. */
export const TICKS_PER_MS = 90;

export interface RtpPacketizerOptions {
  readonly ssrc: number;
  readonly payloadType: number;
  /** RTP header and payload, without the SRTP tag. */
  readonly maxPacketBytes?: number;
  /** Index of the first packet. */
  readonly firstSequenceNumber?: number;
  /** How many packets are kept for retransmission. */
  readonly historyPackets?: number;
  /** Added to each timestamp. The same for all layers of a stream, so that a viewer can change between them. */
  readonly timestampOffset?: number;
  /** Which extensions the packets have room for, and the ids to write before a viewer's own are patched in. */
  readonly extensions?: {
    readonly transportSequence?: { readonly id: number };
    readonly playoutDelay?: { readonly id: number } & PlayoutDelay;
  };
}

/** One layer's packets, numbered one after the other. Owns that number, and the newest packets. */
export class RtpPacketizer {
  readonly #ssrc: number;
  readonly #payloadType: number;
  readonly #maxPayloadBytes: number;
  readonly #timestampOffset: number;
  readonly #places: ExtensionPlaces;
  readonly #ids: ExtensionIds;
  readonly #playoutDelay: PlayoutDelay | undefined;
  readonly #history: PacketHistory;
  #nextIndex: number;

  constructor(options: RtpPacketizerOptions) {
    const { transportSequence, playoutDelay } = options.extensions ?? {};
    this.#ssrc = options.ssrc;
    this.#payloadType = options.payloadType;
    this.#timestampOffset = options.timestampOffset ?? 0;
    this.#nextIndex = options.firstSequenceNumber ?? 0;
    this.#history = new PacketHistory(options.historyPackets);
    this.#playoutDelay = playoutDelay;
    this.#ids = { transportSequence: transportSequence?.id, playoutDelay: playoutDelay?.id };
    this.#places = placeExtensions({
      transportSequence: transportSequence !== undefined,
      playoutDelay: playoutDelay !== undefined,
    });
    this.#maxPayloadBytes = (options.maxPacketBytes ?? DEFAULT_MAX_PACKET_BYTES) - this.#places.headerBytes;
    if (this.#maxPayloadBytes < 3)
      throw new RangeError(`maxPacketBytes ${options.maxPacketBytes} is too small`);
  }

  /**
   * The packets of one access unit; the last has the marker bit. `timestamp90k` is in 1/90000 s, may grow beyond
   * 2^32 and is rounded down. Empty if no NAL unit can be carried.
   */
  packetize(nalUnits: readonly Uint8Array[], timestamp90k: number): RtpPacket[] {
    const payloads = planH264Payloads(nalUnits, this.#maxPayloadBytes);
    const keyframe = isKeyframe(nalUnits);
    const timestamp = Math.floor(timestamp90k + this.#timestampOffset) >>> 0;
    const { headerBytes } = this.#places;
    let total = headerBytes * payloads.length;
    for (const payload of payloads) total += payload.byteLength;

    // One allocation for the picture: a packet of its own each would cost more than the copying.
    const memory = new Uint8Array(total);
    let offset = 0;
    return payloads.map((payload, position) => {
      const marker = position === payloads.length - 1;
      const index = this.#nextIndex++;
      const bytes = memory.subarray(offset, offset + headerBytes + payload.byteLength);
      const header = {
        marker,
        payloadType: this.#payloadType,
        sequenceNumber: index,
        timestamp,
        ssrc: this.#ssrc,
      };
      writeRtpHeader(memory, offset, header, headerBytes > 12);
      writeExtensionBlock(memory, offset, this.#places, this.#playoutDelay);
      patchExtensions(bytes, this.#places, this.#ids, 0);
      writeH264Payload(payload, memory, offset + headerBytes);
      offset += bytes.length;
      const payloadBytes = payload.byteLength;
      const packet: RtpPacket = {
        bytes,
        index,
        timestamp,
        marker,
        keyframe,
        payloadBytes,
        extensionPlaces: this.#places,
        history: this.#history,
      };
      this.#history.add(packet);
      return packet;
    });
  }
}
