/** WebSocket bytes made ahead, so that attacking costs the attacker next to nothing. */

/** A handshake that is complete but for its last byte, which is the empty line's. */
export const HANDSHAKE = Buffer.from(
  [
    'GET / HTTP/1.1',
    'Host: perch',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n'),
);

const TEXT = 0x1;
const CONTINUATION = 0x0;
const PONG = 0xa;
const FINAL = 0x80;
const MASKED = 0x80;

/** A mask of zeros changes nothing, and is one. */
const MASK = Buffer.alloc(4);

export function textFrame(message: object): Buffer {
  return frame(FINAL | TEXT, Buffer.from(JSON.stringify(message)));
}

/** That answers no ping. */
export function pongFrame(): Buffer {
  return frame(FINAL | PONG, Buffer.alloc(0));
}

/** One message in `count` fragments of one byte; the last of them does not come where it is `endless`. */
export function fragments(count: number, { endless = false } = {}): Buffer {
  const byte = Buffer.from(' ');
  const kinds = Array.from({ length: count }, (_, at) => {
    const isLast = !endless && at === count - 1;
    return (at === 0 ? TEXT : CONTINUATION) | (isLast ? FINAL : 0);
  });
  return Buffer.concat(kinds.map((kind) => frame(kind, byte)));
}

/** RFC 6455, 5.2. */
function frame(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([first, MASKED | length]), MASK, payload]);
  const long = length > 0xffff;
  const header = Buffer.alloc(long ? 10 : 4);
  header[0] = first;
  header[1] = MASKED | (long ? 127 : 126);
  if (long) header.writeBigUInt64BE(BigInt(length), 2);
  else header.writeUInt16BE(length, 2);
  return Buffer.concat([header, MASK, payload]);
}
