/**
 * The two RTP header extensions that Perch sends, at fixed places in the header (RFC 8285, 4.2, one-byte form):
 * the transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01, 2) that congestion control
 * lives on, and the playout delay (WebRTC's experiment of that name), which tells a browser not to buffer.
 *
 * The ids come from each viewer's SDP, so they are patched for each viewer like the sequence number.
 */

export const TRANSPORT_SEQUENCE_URI =
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';
export const PLAYOUT_DELAY_URI = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';

/** Ids are 1 to 14, as in `a=extmap`; an extension that was not agreed on has none. */
export interface ExtensionIds {
  readonly transportSequence?: number | undefined;
  readonly playoutDelay?: number | undefined;
}

/** Bounds of the delay from capture to display that the receiver may choose from; 0/0 means at once. */
export interface PlayoutDelay {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Where the elements are in a packet's bytes; undefined where the packet has no room for it. */
export interface ExtensionPlaces {
  readonly transportSequence: number | undefined;
  readonly playoutDelay: number | undefined;
  /** Header bytes including the extension block, a multiple of 4. */
  readonly headerBytes: number;
}

const FIXED_HEADER_BYTES = 12;
const BLOCK_HEADER_BYTES = 4;
const TRANSPORT_SEQUENCE_BYTES = 3;
const PLAYOUT_DELAY_BYTES = 4;
const PLAYOUT_DELAY_UNIT_MS = 10;
const MAX_PLAYOUT_DELAY_UNITS = 0xfff;

/** The transport sequence comes first: see `patchExtensions`. */
export function placeExtensions(has: { transportSequence: boolean; playoutDelay: boolean }): ExtensionPlaces {
  let at = FIXED_HEADER_BYTES + BLOCK_HEADER_BYTES;
  const transportSequence = has.transportSequence ? at : undefined;
  if (has.transportSequence) at += TRANSPORT_SEQUENCE_BYTES;
  const playoutDelay = has.playoutDelay ? at : undefined;
  if (has.playoutDelay) at += PLAYOUT_DELAY_BYTES;
  const isEmpty = transportSequence === undefined && playoutDelay === undefined;
  return {
    transportSequence,
    playoutDelay,
    headerBytes: isEmpty ? FIXED_HEADER_BYTES : Math.ceil(at / 4) * 4,
  };
}

/**
 * Writes the extension block of the packet at `offset`, ids still to be patched. `delay` is in force where there is a
 * place for it. With both elements:
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |      0xBE     |      0xDE     |   length in 32-bit words = 2  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  id   | len=1 |   transport sequence number   |  id   | len=2 |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  min delay / 10 ms    |   max delay / 10 ms   |    padding    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export function writeExtensionBlock(
  target: Uint8Array,
  offset: number,
  places: ExtensionPlaces,
  delay: PlayoutDelay | undefined,
): void {
  if (places.headerBytes === FIXED_HEADER_BYTES) return;
  const block = offset + FIXED_HEADER_BYTES;
  target[block] = 0xbe;
  target[block + 1] = 0xde;
  target[block + 2] = 0;
  target[block + 3] = (places.headerBytes - FIXED_HEADER_BYTES - BLOCK_HEADER_BYTES) / 4;
  if (places.playoutDelay === undefined || delay === undefined) return;
  const min = playoutDelayUnits(delay.minMs);
  const max = playoutDelayUnits(delay.maxMs);
  target[offset + places.playoutDelay + 1] = min >> 4;
  target[offset + places.playoutDelay + 2] = ((min & 0x0f) << 4) | (max >> 8);
  target[offset + places.playoutDelay + 3] = max & 0xff;
}

/**
 * Makes the extensions of `packet` those of one viewer. One that this viewer did not agree to vanishes without a
 * trace for the next: the transport sequence, written anew each time, becomes padding; the playout delay keeps its
 * value behind id 15, at which a reader stops (RFC 8285, 4.2), which is why it comes last.
 */
export function patchExtensions(
  packet: Uint8Array,
  places: ExtensionPlaces,
  ids: ExtensionIds,
  transportSequence: number | undefined,
): void {
  const sequenceAt = places.transportSequence;
  if (sequenceAt !== undefined) {
    const isSent = ids.transportSequence !== undefined && transportSequence !== undefined;
    const value = isSent ? transportSequence : 0;
    packet[sequenceAt] = isSent ? ((ids.transportSequence ?? 0) << 4) | 1 : 0;
    packet[sequenceAt + 1] = (value >>> 8) & 0xff;
    packet[sequenceAt + 2] = value & 0xff;
  }
  const delayAt = places.playoutDelay;
  if (delayAt !== undefined) packet[delayAt] = ((ids.playoutDelay ?? 15) << 4) | 2;
}

/** 12 bits of 10 ms, 0 to 40.95 s; what is outside is brought in. */
function playoutDelayUnits(ms: number): number {
  return Math.min(Math.max(Math.round(ms / PLAYOUT_DELAY_UNIT_MS), 0), MAX_PLAYOUT_DELAY_UNITS);
}
