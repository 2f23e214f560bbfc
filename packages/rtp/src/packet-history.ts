/** The newest packets of a layer, for retransmission (RFC 4585, 6.2.1). Shared by all viewers of the layer. */
import type { RtpPacket } from './rtp-packetizer.ts';

/** Four seconds at 2 Mbit/s, more than any receiver waits, and as far back as SRTP goes (outgoing-rtp.ts). */
export const DEFAULT_HISTORY_PACKETS = 1024;

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
