/**
 * STUN messages (RFC 8489) as far as asking for an address and for a TURN allocation (RFC 8656) takes. Pure. The npm
 * packages that speak STUN either know no TURN or bring a whole WebRTC stack.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |0 0|     STUN Message Type     |         Message Length        |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                  Magic Cookie (0x2112a442)                    |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |                     Transaction ID (96 bits)                  |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |         Type                  |            Length             |  attributes, each
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  filled up to
 *     |                         Value (variable)                ....  |  four bytes
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { createHash, createHmac } from 'node:crypto';

const HEADER_BYTES = 20;
const MAGIC_COOKIE = 0x2112_a442;
const MAGIC_COOKIE_BYTES = Buffer.from([0x21, 0x12, 0xa4, 0x42]);

/** RFC 8489, section 18.2 and RFC 8656, section 17. */
export const METHOD = { binding: 0x001, allocate: 0x003, refresh: 0x004 } as const;
export type Method = (typeof METHOD)[keyof typeof METHOD];

/** The two bits C1 and C0 of the type, where they stand in it (RFC 8489, section 5). */
const CLASS_MASK = 0x0110;
const SUCCESS = 0x0100;
const ERROR = 0x0110;

/** RFC 8489, section 18.3 and RFC 8656, section 18. */
export const ATTRIBUTE = {
  mappedAddress: 0x0001,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedTransport: 0x0019,
  xorMappedAddress: 0x0020,
} as const;

export type Attribute = readonly [type: number, value: Buffer];

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface StunAnswer {
  readonly transactionId: Buffer;
  readonly success: boolean;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

/** With `key`, the message is signed: MESSAGE-INTEGRITY comes last (RFC 8489, section 14.5). */
export function encodeRequest(
  method: Method,
  transactionId: Buffer,
  attributes: readonly Attribute[],
  key?: Buffer,
): Buffer {
  const body = Buffer.concat(attributes.map(encodeAttribute));
  if (key === undefined) return Buffer.concat([header(method, body.length, transactionId), body]);
  // The length that is signed already counts the signature.
  const signed = Buffer.concat([header(method, body.length + 24, transactionId), body]);
  const signature = createHmac('sha1', key).update(signed).digest();
  return Buffer.concat([signed, encodeAttribute([ATTRIBUTE.messageIntegrity, signature])]);
}

/** RFC 8489, section 9.2.2: a long-term credential's key. */
export function longTermKey(username: string, realm: string, password: string): Buffer {
  return createHash('md5').update(`${username}:${realm}:${password}`).digest();
}

/** Undefined for what is no answer to a request. */
export function decodeAnswer(packet: Buffer): StunAnswer | undefined {
  if (packet.length < HEADER_BYTES || packet.readUInt32BE(4) !== MAGIC_COOKIE) return undefined;
  const kind = packet.readUInt16BE(0) & CLASS_MASK;
  const end = HEADER_BYTES + packet.readUInt16BE(2);
  if ((kind !== SUCCESS && kind !== ERROR) || end > packet.length) return undefined;
  const attributes = new Map<number, Buffer>();
  for (let at = HEADER_BYTES; at + 4 <= end; ) {
    const length = packet.readUInt16BE(at + 2);
    if (at + 4 + length > end) return undefined;
    const type = packet.readUInt16BE(at);
    // Section 14: of two of a kind only the first one counts.
    if (!attributes.has(type)) attributes.set(type, packet.subarray(at + 4, at + 4 + length));
    at += 4 + padded(length);
  }
  return { transactionId: packet.subarray(8, HEADER_BYTES), success: kind === SUCCESS, attributes };
}

/**
 * The whole messages at the beginning of what a stream brought, where they follow each other as they are (RFC 8489,
 * section 6.2.2), and what is left; undefined where the stream is not STUN's.
 */
export function splitStream(
  bytes: Buffer,
): { readonly messages: readonly Buffer[]; readonly rest: Buffer } | undefined {
  const messages: Buffer[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    if (rest.readUInt8(0) > 0b0011_1111) return undefined;
    if (rest.length < HEADER_BYTES) break;
    if (rest.readUInt32BE(4) !== MAGIC_COOKIE) return undefined;
    const length = HEADER_BYTES + rest.readUInt16BE(2);
    if (rest.length < length) break;
    messages.push(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
  return { messages, rest };
}

/** ERROR-CODE (section 14.8): the hundreds, then the rest; 0 where there is none. */
export function errorCode({ attributes }: StunAnswer): number {
  const value = attributes.get(ATTRIBUTE.errorCode);
  if (value === undefined || value.length < 4) return 0;
  return (value.readUInt8(2) & 0b111) * 100 + value.readUInt8(3);
}

/**
 * XOR-MAPPED-ADDRESS and the like (section 14.2), or the plain MAPPED-ADDRESS of old servers.
 *
 *     |0 0 0 0 0 0 0 0|    Family     |         X-Port                |
 *     |                X-Address (4 or 16 bytes)                      |
 */
export function readAddress(answer: StunAnswer, type: number): Address | undefined {
  const value = answer.attributes.get(type);
  if (value === undefined || (value.length !== 8 && value.length !== 20)) return undefined;
  const plain = type === ATTRIBUTE.mappedAddress;
  const mask = Buffer.concat([MAGIC_COOKIE_BYTES, answer.transactionId]);
  const bytes = [...value.subarray(4)].map((byte, position) => byte ^ (plain ? 0 : (mask[position] ?? 0)));
  const port = value.readUInt16BE(2) ^ (plain ? 0 : MAGIC_COOKIE >>> 16);
  if (bytes.length === 4) return { host: bytes.join('.'), port };
  const groups = Buffer.from(bytes).toString('hex').match(/.{4}/gu) ?? [];
  // The URL parser knows how IPv6 addresses are shortened (RFC 5952).
  return { host: new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1), port };
}

function header(method: Method, length: number, transactionId: Buffer): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16BE(method, 0);
  bytes.writeUInt16BE(length, 2);
  bytes.writeUInt32BE(MAGIC_COOKIE, 4);
  return Buffer.concat([bytes, transactionId]);
}

function encodeAttribute([type, value]: Attribute): Buffer {
  const bytes = Buffer.alloc(4 + padded(value.length));
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
