/**
 * Chromium sends ICE's checks through a TURN server that it reaches over TCP or TLS with a tie-breaker of 0. That is allowed
 * (RFC 8445, section 16.1), but libjuice takes it for a missing attribute and refuses the check (its issue 355). Here such a check
 * is given another tie-breaker, which is signed anew with the password that it was signed with: ours. Pure.
 */
import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BINDING_REQUEST = 0x0001;
const MAGIC_COOKIE = 0x2112_a442;
const HEADER_BYTES = 20;

/** RFC 8445, section 16.1, and RFC 8489, section 18.3. */
const ICE_CONTROLLED = 0x8029;
const ICE_CONTROLLING = 0x802a;
const TIE_BREAKER_BYTES = 8;
const MESSAGE_INTEGRITY = 0x0008;
export const FINGERPRINT = 0x8028;
const SHA1_BYTES = 20;

/** RFC 8489, section 14.7. */
const FINGERPRINT_MASK = 0x5354_554e;

/** The packet itself unless it is a check whose tie-breaker is 0. `password` is what the sender signs its checks with. */
export function withTieBreaker(packet: Buffer, password: string): Buffer {
  const places = isBindingRequest(packet) ? attributePlaces(packet) : undefined;
  const tieBreakerAt = places?.get(ICE_CONTROLLED) ?? places?.get(ICE_CONTROLLING);
  const integrityAt = places?.get(MESSAGE_INTEGRITY);
  if (tieBreakerAt === undefined || integrityAt === undefined || integrityAt < tieBreakerAt) return packet;
  if (packet.readBigUInt64BE(tieBreakerAt) !== 0n) return packet;
  const mended = Buffer.from(packet);
  mended.writeBigUInt64BE(1n, tieBreakerAt);
  sign(mended, integrityAt, password);
  const fingerprintAt = places?.get(FINGERPRINT);
  if (fingerprintAt !== undefined) writeFingerprint(mended, fingerprintAt);
  return mended;
}

/** RFC 8489, section 14.7: of all before the attribute, whose value is at `at`. */
export function writeFingerprint(message: Buffer, at: number): void {
  message.writeUInt32BE((crc32(message.subarray(0, at - 4)) ^ FINGERPRINT_MASK) >>> 0, at);
}

function isBindingRequest(packet: Buffer): boolean {
  return (
    packet.length >= HEADER_BYTES &&
    packet.readUInt16BE(0) === BINDING_REQUEST &&
    packet.readUInt32BE(4) === MAGIC_COOKIE &&
    packet.readUInt16BE(2) === packet.length - HEADER_BYTES
  );
}

/** Where the values of the attributes of interest begin; undefined where a length points past the end, or is not theirs. */
function attributePlaces(packet: Buffer): ReadonlyMap<number, number> | undefined {
  const lengths = new Map([
    [ICE_CONTROLLED, TIE_BREAKER_BYTES],
    [ICE_CONTROLLING, TIE_BREAKER_BYTES],
    [MESSAGE_INTEGRITY, SHA1_BYTES],
    [FINGERPRINT, 4],
  ]);
  const places = new Map<number, number>();
  for (let at = HEADER_BYTES; at + 4 <= packet.length; ) {
    const type = packet.readUInt16BE(at);
    const length = packet.readUInt16BE(at + 2);
    if (at + 4 + length > packet.length) return undefined;
    const expected = lengths.get(type);
    if (expected !== undefined && length !== expected) return undefined;
    if (expected !== undefined) places.set(type, at + 4);
    at += 4 + ((length + 3) & ~3);
  }
  return places;
}

/** RFC 8489, section 14.5: of all before it, with a length that ends with it. */
function sign(packet: Buffer, integrityAt: number, password: string): void {
  const length = packet.readUInt16BE(2);
  packet.writeUInt16BE(integrityAt + SHA1_BYTES - HEADER_BYTES, 2);
  const signature = createHmac('sha1', password)
    .update(packet.subarray(0, integrityAt - 4))
    .digest();
  packet.writeUInt16BE(length, 2);
  signature.copy(packet, integrityAt);
}
