/**
 * One viewer's stream of packets that are sent again, beside the stream they belong to (RFC 4588, section 4, SSRC
 * multiplexing). It has numbers of its own, so a packet may go out again with another transport-wide number, and
 * padding, which only measures the path, takes no number of the media. Pure.
 *
 * Not here: which packets to send again (nack-responder.ts), when to pad (congestion/).
 */
import {
  type ExtensionIds,
  patchExtensions,
  placeExtensions,
  writeExtensionBlock,
} from './header-extensions.ts';
import { checkedFirstSequenceNumber, type SentPacket } from './outgoing-rtp.ts';
import { RTP_HEADER_BYTES, writeRtpHeader } from './rtp-packet.ts';
import { DEFAULT_MAX_PACKET_BYTES } from './rtp-packetizer.ts';

/** The original sequence number in front of the payload. */
const OSN_BYTES = 2;

/** RFC 3550, section 5.1: the padding's length is in its last byte. */
export const MAX_PADDING_BYTES = 255;

/** Room for the transport-wide sequence number, without which padding would measure nothing. */
const PADDING_PLACES = placeExtensions({ transportSequence: true, playoutDelay: false });

const HAS_PADDING_BIT = 0x20;

export interface RtxStreamOptions {
  /** Not the SSRC of the media. */
  readonly ssrc: number;
  readonly payloadType: number;
  /** 0 to MAX_FIRST_SEQUENCE_NUMBER, better random. */
  readonly firstSequenceNumber: number;
  /** What this viewer's SDP agreed on. */
  readonly extensionIds?: ExtensionIds;
}

/** Owns its numbers, its counters and one packet's memory: what it returns is good until its next call. */
export class RtxStream {
  readonly ssrc: number;
  /** Packets and payload bytes made: what a sender report tells. Padding is no payload (RFC 3550, section 6.4.1). */
  packetCount = 0;
  octetCount = 0;

  readonly #payloadType: number;
  readonly #extensionIds: ExtensionIds;
  #nextSequence: number;
  #timestamp = 0;
  #memory = new Uint8Array(DEFAULT_MAX_PACKET_BYTES + OSN_BYTES);

  constructor(options: RtxStreamOptions) {
    const first = checkedFirstSequenceNumber(options.firstSequenceNumber);
    this.ssrc = options.ssrc;
    this.#payloadType = options.payloadType;
    this.#extensionIds = options.extensionIds ?? {};
    this.#nextSequence = first;
  }

  /**
   * The packet that carries `sent` again; to be sent before the next call here. Timestamp, marker and extensions are
   * those of the original. The shared bytes are left alone, and of them only what no viewer's patch changes is used.
   * ```
   *  0                   1                   2                   3
   *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
   * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
   * |      RTP header with a number of its own, extensions          |
   * |  original sequence number     |      original payload ...     |
   * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
   * ```
   */
  packetFor({ sequence, packet }: SentPacket, transportSequence?: number): Uint8Array {
    const { bytes, extensionPlaces, marker, payloadBytes, timestamp } = packet;
    const { headerBytes } = extensionPlaces;
    const memory = this.#take(bytes.length + OSN_BYTES);
    this.#timestamp = timestamp;
    this.#writeHeader(memory, marker, headerBytes > RTP_HEADER_BYTES);
    for (let at = RTP_HEADER_BYTES; at < headerBytes; at++) memory[at] = bytes[at] ?? 0;
    patchExtensions(memory, extensionPlaces, this.#extensionIds, transportSequence);
    memory[headerBytes] = (sequence >>> 8) & 0xff;
    memory[headerBytes + 1] = sequence & 0xff;
    memory.set(bytes.subarray(headerBytes), headerBytes + OSN_BYTES);
    this.octetCount += OSN_BYTES + payloadBytes;
    return memory;
  }

  /**
   * A packet of padding alone, as libwebrtc sends them: a receiver counts its arrival and throws it away, and never asks
   * for it again. `paddingBytes` is 1 to MAX_PADDING_BYTES; anything else is a RangeError. To be sent before the next
   * call here. Copies of video mend losses besides, so `packetFor` is the better padding where there is any.
   */
  paddingPacket(paddingBytes: number, transportSequence?: number): Uint8Array {
    if (!Number.isInteger(paddingBytes) || paddingBytes < 1 || paddingBytes > MAX_PADDING_BYTES) {
      throw new RangeError(`paddingBytes ${paddingBytes} is not within 1 to ${MAX_PADDING_BYTES}`);
    }
    const memory = this.#take(PADDING_PLACES.headerBytes + paddingBytes);
    memory.fill(0);
    this.#writeHeader(memory, false, true);
    memory[0] = (memory[0] ?? 0) | HAS_PADDING_BIT;
    writeExtensionBlock(memory, 0, PADDING_PLACES, undefined);
    patchExtensions(memory, PADDING_PLACES, this.#extensionIds, transportSequence);
    memory[memory.length - 1] = paddingBytes;
    return memory;
  }

  #writeHeader(memory: Uint8Array, marker: boolean, hasExtension: boolean): void {
    const sequenceNumber = this.#nextSequence++;
    const { ssrc } = this;
    this.packetCount++;
    writeRtpHeader(
      memory,
      0,
      { marker, payloadType: this.#payloadType, sequenceNumber, timestamp: this.#timestamp, ssrc },
      hasExtension,
    );
  }

  #take(length: number): Uint8Array {
    if (length > this.#memory.length) this.#memory = new Uint8Array(length);
    return this.#memory.subarray(0, length);
  }
}
