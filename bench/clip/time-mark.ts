/**
 * A time inside an H.264 picture: an SEI message of unregistered user data (ITU-T H.264, D.1.7) whose text is a moment
 * of the machine's monotonic clock. The feeder writes it, whoever receives the picture's packets finds it.
 */

/** Any 16 bytes of its own mark the message; these hold no zeros, so nothing in it needs escaping. */
const UUID = Buffer.from('perch-bench-mark', 'latin1');

/** Nanoseconds in hexadecimal: a fixed length, and no byte that looks like a start code. */
const DIGITS = 16;

const SEI = 6;
const USER_DATA_UNREGISTERED = 5;
const STOP_BIT = 0x80;

/** The NAL unit, with a time of zero. */
export function timeMark(): Uint8Array {
  const header = [SEI, USER_DATA_UNREGISTERED, UUID.length + DIGITS];
  return Buffer.concat([Buffer.from(header), UUID, Buffer.alloc(DIGITS, '0'), Buffer.from([STOP_BIT])]);
}

/** Sets the time in a picture's bytes. */
export function writeTimeMark(picture: Buffer, nanoseconds: bigint): void {
  const at = picture.indexOf(UUID);
  if (at === -1) throw new Error('the picture has no time mark');
  picture.write(nanoseconds.toString(16).padStart(DIGITS, '0'), at + UUID.length, 'latin1');
}

/** The time in a packet, where it has one. */
export function readTimeMark(packet: Buffer): bigint | undefined {
  const at = packet.indexOf(UUID);
  if (at === -1) return undefined;
  const from = at + UUID.length;
  return BigInt(`0x${packet.toString('latin1', from, from + DIGITS)}`);
}
