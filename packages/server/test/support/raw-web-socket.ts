/** A WebSocket client that keeps no rule of RFC 6455: it writes the bytes that it is told, and reads what comes back. */
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  readonly fin?: boolean;
  /** Three bits, RSV1 the highest. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** What the header says where it lies. */
  readonly length?: number | bigint;
}

/** RFC 6455, section 5.2. */
export function frame(opcode: number, payload: string | Uint8Array = '', options: FrameOptions = {}): Buffer {
  const { fin = true, reserved = 0, masked = true } = options;
  const body = Buffer.from(payload);
  const length = options.length ?? body.length;
  const first = Buffer.from([(fin ? 0x80 : 0) | (reserved << 4) | opcode]);
  const mask = Buffer.from([0x12, 0x34, 0x56, 0x78]);
  const header = [first, lengthField(length, masked), ...(masked ? [mask] : [])];
  return Buffer.concat([...header, masked ? body.map((byte, at) => byte ^ (mask[at % 4] ?? 0)) : body]);
}

function lengthField(length: number | bigint, masked: boolean): Buffer {
  const bit = masked ? 0x80 : 0;
  if (length < 126) return Buffer.from([bit | Number(length)]);
  const field = Buffer.alloc(length < 65_536 ? 3 : 9);
  field[0] = bit | (length < 65_536 ? 126 : 127);
  if (length < 65_536) field.writeUInt16BE(Number(length), 1);
  else field.writeBigUInt64BE(BigInt(length), 1);
  return field;
}

export function closeFrame(code: number, reason: string | Uint8Array = ''): Buffer {
  const payload = Buffer.concat([Buffer.alloc(2), Buffer.from(reason)]);
  payload.writeUInt16BE(code);
  return frame(OPCODE.close, payload);
}

export const HANDSHAKE =
  'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n';

/** What came back until the server ended the connection. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly frames: readonly { readonly opcode: number; readonly payload: Buffer }[];
}

/** Writes these one by one and reads until the server ends the connection, or until `ends`, asked after each frame. */
export function exchange(
  port: number,
  writes: readonly (string | Uint8Array)[],
  ends: (answer: RawAnswer) => boolean = () => false,
): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (ends(read(received))) socket.destroy();
    });
    socket.on('close', () => resolve(read(received)));
    writeAll(socket, writes);
  });
}

/** Each on its own, so that they come apart as far as TCP lets them. */
function writeAll(socket: Socket, [next, ...rest]: readonly (string | Uint8Array)[]): void {
  if (next !== undefined) socket.write(next, () => writeAll(socket, rest));
}

function read(received: Buffer): RawAnswer {
  const end = received.indexOf('\r\n\r\n');
  const head = received.subarray(0, end < 0 ? received.length : end).toString('latin1');
  const status = Number(/^HTTP\/1\.1 (\d{3})/u.exec(head)?.[1] ?? 0);
  const frames: { opcode: number; payload: Buffer }[] = [];
  for (let at = end + 4; end >= 0 && status === 101 && at + 2 <= received.length; ) {
    const short = (received[at + 1] ?? 0) & 0x7f;
    const start = at + (short === 126 ? 4 : 2);
    const length = short === 126 && start <= received.length ? received.readUInt16BE(at + 2) : short;
    if (start + length > received.length) break;
    frames.push({ opcode: (received[at] ?? 0) & 15, payload: received.subarray(start, start + length) });
    at = start + length;
  }
  return { status, head, frames };
}

/** In words that a test can compare: `pong x`, `close 1002`, and of messages their type and code. */
export function describeFrames({ frames }: RawAnswer): string[] {
  return frames.map(({ opcode, payload }) => {
    if (opcode === OPCODE.close) return payload.length < 2 ? 'close' : `close ${payload.readUInt16BE()}`;
    if (opcode === OPCODE.pong) return `pong ${payload.toString('latin1')}`.trimEnd();
    const { type, code = '' } = JSON.parse(payload.toString()) as { type: string; code?: string };
    return `${type} ${code}`.trimEnd();
  });
}
