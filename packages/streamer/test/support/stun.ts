/** STUN messages, made here from the RFC and not by what is tested. */
import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt';
const USERNAME = 0x0006;
export const PRIORITY = 0x0024;
export const CONTROLLED = 0x8029;
export const CONTROLLING = 0x802a;
const INTEGRITY = 0x0008;
export const FINGERPRINT = 0x8028;

export function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

/** A message with a header whose length counts `more` bytes to come (RFC 8489, sections 5 and 14.5). */
export function message(type: number, attributes: readonly Buffer[], more = 0): Buffer {
  const body = Buffer.concat(attributes);
  const header = Buffer.alloc(20, 7);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(body.length + more, 2);
  header.writeUInt32BE(0x2112_a442, 4);
  return Buffer.concat([header, body]);
}

/** A check as a browser sends it: signed, and with a sum over all of it. */
export function check(role: number, tieBreaker: bigint, type = 0x0001): Buffer {
  const value = Buffer.alloc(8);
  value.writeBigUInt64BE(tieBreaker);
  const attributes = [
    attribute(USERNAME, Buffer.from('abcd:efgh1')),
    attribute(role, value),
    attribute(PRIORITY, Buffer.from([0x6e, 0x7f, 0x1e, 0xff])),
  ];
  const signature = createHmac('sha1', PASSWORD)
    .update(message(type, attributes, 24))
    .digest();
  attributes.push(attribute(INTEGRITY, signature));
  return summed(type, attributes);
}

/** A message with its fingerprint (RFC 8489, section 14.7). */
export function summed(type: number, attributes: readonly Buffer[]): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((crc32(message(type, attributes, 8)) ^ 0x5354_554e) >>> 0);
  return message(type, [...attributes, attribute(FINGERPRINT, sum)]);
}
