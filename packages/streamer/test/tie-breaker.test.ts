import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { withTieBreaker } from '../src/adapters/tie-breaker.ts';

const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt';
const USERNAME = 0x0006;
const PRIORITY = 0x0024;
const CONTROLLED = 0x8029;
const CONTROLLING = 0x802a;
const INTEGRITY = 0x0008;
const FINGERPRINT = 0x8028;

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

/** A message with a header whose length counts `more` bytes to come (RFC 8489, sections 5 and 14.5). */
function message(type: number, attributes: readonly Buffer[], more = 0): Buffer {
  const body = Buffer.concat(attributes);
  const header = Buffer.alloc(20, 7);
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(body.length + more, 2);
  header.writeUInt32BE(0x2112_a442, 4);
  return Buffer.concat([header, body]);
}

/** A check as a browser sends it: signed, and with a sum over all of it. */
function check(role: number, tieBreaker: bigint, type = 0x0001): Buffer {
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
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((crc32(message(type, attributes, 8)) ^ 0x5354_554e) >>> 0);
  return message(type, [...attributes, attribute(FINGERPRINT, sum)]);
}

describe('a check', () => {
  test.each([
    ['ICE-CONTROLLED', CONTROLLED],
    ['ICE-CONTROLLING', CONTROLLING],
  ])(
    'whose %s is 0 gets another tie-breaker, and is signed and summed as if it had been sent so',
    (_, role) => {
      expect(withTieBreaker(check(role, 0n), PASSWORD)).toEqual(check(role, 1n));
    },
  );

  test.each([
    ['that has a tie-breaker', check(CONTROLLED, 0x0102_0304_0506_0708n)],
    ['that has neither role', check(PRIORITY, 0n)],
    ['whose answer it is', check(CONTROLLED, 0n, 0x0101)],
    ['that is cut short', check(CONTROLLED, 0n).subarray(0, -1)],
    [
      'whose length points past its end',
      Buffer.concat([check(CONTROLLED, 0n).subarray(0, 22), Buffer.alloc(40, 0xff)]),
    ],
    ['that is DTLS', Buffer.from('16fefd0000000000000000', 'hex')],
    ['that is empty', Buffer.alloc(0)],
  ])('%s is passed on as it is', (_, packet) => {
    expect(withTieBreaker(packet, PASSWORD)).toBe(packet);
  });
});
