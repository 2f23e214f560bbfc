/**
 * What a TURN client and its server say to each other, as datagrams and as a stream of bytes (RFC 8656, sections 3.1 and 12;
 * RFC 8489, section 6.2.2): both are the same messages, but for ChannelData, which is filled up to four bytes in a
 * stream. Pure.
 */
import { FINGERPRINT, withTieBreaker, writeFingerprint } from './tie-breaker.ts';

const STUN_HEADER_BYTES = 20;
const CHANNEL_HEADER_BYTES = 4;

/** RFC 8656, sections 17 and 18. */
const DATA_INDICATION = 0x0017;
const DATA = 0x0013;

const FINGERPRINT_BYTES = 4;

/** A message as it goes into a stream; undefined for bytes that are not one whole message. */
export function toStream(datagram: Buffer): Buffer | undefined {
  const length = messageBytes(datagram);
  if (length === undefined || datagram.length < length) return undefined;
  const filled = filledBytes(datagram, length);
  if (datagram.length > filled) return undefined;
  return datagram.length === filled
    ? datagram
    : Buffer.concat([datagram, Buffer.alloc(filled - datagram.length)]);
}

/** Cuts a stream into messages. Owns what has come of the next one: 64 KiB at most. */
export class TurnStreamReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Whole messages, without what fills them up. Throws where the stream is no TURN's; it can't be read any further then. */
  push(bytes: Buffer): Buffer[] {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const messages: Buffer[] = [];
    while (rest.length >= CHANNEL_HEADER_BYTES) {
      const length = messageBytes(rest);
      if (length === undefined) throw new Error('the TURN server sends something else');
      const filled = filledBytes(rest, length);
      if (rest.length < filled) break;
      messages.push(rest.subarray(0, length));
      rest = rest.subarray(filled);
    }
    // What is left is small, and would keep the whole chunk.
    this.#rest = Buffer.from(rest);
    return messages;
  }
}

/** A message of the server's, with the check that it may carry mended (tie-breaker.ts); `password` is ours. */
export function withMendedCheck(message: Buffer, password: string): Buffer {
  const { from, to, fingerprintAt } = relayedPart(message);
  const inner = message.subarray(from, to);
  const mended = withTieBreaker(inner, password);
  if (mended === inner) return message;
  const copy = Buffer.from(message);
  mended.copy(copy, from);
  if (fingerprintAt !== undefined) writeFingerprint(copy, fingerprintAt);
  return copy;
}

/** Where in a message is what a peer sent, nothing where `from` and `to` are the same; and the value of its own fingerprint. */
function relayedPart(message: Buffer): { from: number; to: number; fingerprintAt: number | undefined } {
  const part = { from: 0, to: 0, fingerprintAt: undefined as number | undefined };
  if (isChannelData(message)) return { ...part, from: CHANNEL_HEADER_BYTES, to: message.length };
  if (message.readUInt16BE(0) !== DATA_INDICATION) return part;
  for (let at = STUN_HEADER_BYTES; at + 4 <= message.length; ) {
    const type = message.readUInt16BE(at);
    const length = message.readUInt16BE(at + 2);
    const [start, end] = [at + 4, at + 4 + length];
    if (end > message.length) break;
    if (type === DATA) Object.assign(part, { from: start, to: end });
    if (type === FINGERPRINT && length === FINGERPRINT_BYTES) part.fingerprintAt = start;
    at = end + (-length & 3);
  }
  return part;
}

/** As its header says, without what fills it up; undefined where neither kind begins so. */
function messageBytes(bytes: Buffer): number | undefined {
  if (bytes.length < CHANNEL_HEADER_BYTES) return undefined;
  const length = bytes.readUInt16BE(2);
  if (isChannelData(bytes)) return CHANNEL_HEADER_BYTES + length;
  return (bytes[0] ?? 0) < 0x40 && (length & 3) === 0 ? STUN_HEADER_BYTES + length : undefined;
}

/** RFC 8656, section 12.5: a STUN message is a multiple of four by itself. */
function filledBytes(bytes: Buffer, length: number): number {
  return isChannelData(bytes) ? (length + 3) & ~3 : length;
}

/** Channel numbers are 0x4000 to 0x4fff (RFC 8656, section 12). */
function isChannelData(bytes: Buffer): boolean {
  return (bytes[0] ?? 0) >> 4 === 4;
}
