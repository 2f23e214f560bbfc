/** A layer's packets and the newest of them, for retransmission (RFC 4585, 6.2.1). Shared by all viewers of the layer. */
import type { ExtensionPlaces } from './header-extensions.ts';

/** Four seconds at 2 Mbit/s, more than any receiver waits, and as far back as SRTP goes (outgoing-rtp.ts). */
export const DEFAULT_HISTORY_PACKETS = 1024;

/** A packet shared by all viewers. `bytes` is patched for each of them before each send. */
export interface RtpPacket {
  /** Header and payload; shares its memory with the other packets of the picture. */
  readonly bytes: Uint8Array;
  /** The packet's number in its layer, from `firstSequenceNumber` on; never wraps. */
  readonly index: number;
  /** As written, modulo 2^32, in 1/90000 s. */
  readonly timestamp: number;
  /** The last packet of its picture. */
  readonly marker: boolean;
  /** Part of a keyframe. */
  readonly keyframe: boolean;
  /** Bytes after the header: what a sender report counts (RFC 3550, 6.4.1). */
  readonly payloadBytes: number;
  readonly extensionPlaces: ExtensionPlaces;
  /** The layer's memory, where the packet is found by its index until it is too old. */
  readonly history: PacketHistory;
}

/** A ring: adding and finding cost the same however many there are. Keeps the memory of what is in it. */
export class PacketHistory {
  readonly capacity: number;
  readonly #slots: (RtpPacket | undefined)[];

  constructor(capacity: number = DEFAULT_HISTORY_PACKETS) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`capacity ${capacity} is not a count`);
    this.capacity = capacity;
    this.#slots = new Array<RtpPacket | undefined>(capacity).fill(undefined);
  }

  /** Forgets the packet whose index is `capacity` lower. */
  add(packet: RtpPacket): void {
    this.#slots[packet.index % this.capacity] = packet;
  }

  /** By the packet's index, not its sequence number on the wire. */
  get(index: number): RtpPacket | undefined {
    const packet = this.#slots[index % this.capacity];
    return packet?.index === index ? packet : undefined;
  }
}
