/**
 * Writes the length into a WebM file that was recorded live (RFC 8794 EBML, RFC 9559 Matroska). Browsers write the head of
 * such a file before they know it, and leave it out; players then show none, and can't jump. Pure.
 *
 *   EBML head │ Segment, of unknown size │ ... Info [ TimestampScale, ..., Duration ] ... Cluster ...
 *
 * Not here: cues. A file without them can be jumped in, only more slowly.
 */

const EBML_HEAD = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
const CLUSTER = 0x1f43b675;

/** Of TimestampScale, where it is not written. */
const DEFAULT_NANOSECONDS = 1_000_000;

interface Element {
  readonly id: number;
  readonly start: number;
  readonly dataStart: number;
  readonly end: number;
}

/** The same file with its length, or `undefined` where `head`, its beginning, is no WebM that lacks one. */
export function withDuration(head: Uint8Array<ArrayBuffer>, ms: number): Uint8Array<ArrayBuffer> | undefined {
  const info = findInfo(head);
  if (info === undefined) return undefined;
  let nanoseconds = DEFAULT_NANOSECONDS;
  for (let at = info.dataStart; at < info.end; ) {
    const element = readElement(head, at);
    if (element === undefined || element.id === DURATION) return undefined;
    if (element.id === TIMESTAMP_SCALE) nanoseconds = readUnsigned(head, element);
    at = element.end;
  }
  const duration = durationElement((ms * 1_000_000) / nanoseconds);
  const content = head.subarray(info.dataStart, info.end);
  return concat(
    head.subarray(0, info.start),
    infoHead(content.length + duration.length),
    content,
    duration,
    head.subarray(info.end),
  );
}

/** Of a Segment of unknown size alone: one that states it would be too small afterwards. */
function findInfo(bytes: Uint8Array): Element | undefined {
  const ebml = readElement(bytes, 0);
  if (ebml?.id !== EBML_HEAD) return undefined;
  const segment = readElement(bytes, ebml.end);
  if (segment?.id !== SEGMENT || segment.end !== Number.POSITIVE_INFINITY) return undefined;
  for (let at = segment.dataStart; at < bytes.length; ) {
    const element = readElement(bytes, at);
    if (element === undefined || element.id === CLUSTER) return undefined;
    if (element.id === INFO) return element.end <= bytes.length ? element : undefined;
    at = element.end;
  }
  return undefined;
}

function readElement(bytes: Uint8Array, start: number): Element | undefined {
  const idLength = lengthOfNumber(bytes[start]);
  const sizeAt = start + idLength;
  const sizeLength = lengthOfNumber(bytes[sizeAt]);
  if (idLength === 0 || idLength > 4 || sizeLength === 0 || sizeAt + sizeLength > bytes.length)
    return undefined;
  let id = 0;
  for (const byte of bytes.subarray(start, sizeAt)) id = id * 256 + byte;
  // A size's first bits say how long it is; all others set means that it is not known.
  let size = (bytes[sizeAt] ?? 0) & (0xff >> sizeLength);
  let isUnknown = size === 0xff >> sizeLength;
  for (const byte of bytes.subarray(sizeAt + 1, sizeAt + sizeLength)) {
    size = size * 256 + byte;
    isUnknown &&= byte === 0xff;
  }
  const dataStart = sizeAt + sizeLength;
  return { id, start, dataStart, end: isUnknown ? Number.POSITIVE_INFINITY : dataStart + size };
}

/** 1 to 8, by the zero bits in front; 0 where there is no such number. */
function lengthOfNumber(first: number | undefined): number {
  return first === undefined || first === 0 ? 0 : Math.clz32(first) - 23;
}

function readUnsigned(bytes: Uint8Array, { dataStart, end }: Element): number {
  let value = 0;
  for (const byte of bytes.subarray(dataStart, end)) value = value * 256 + byte;
  return value;
}

/** ID (2 bytes), size (1 byte: 8), a double. */
function durationElement(ticks: number): Uint8Array {
  const element = new DataView(new ArrayBuffer(11));
  element.setUint16(0, DURATION);
  element.setUint8(2, 0x80 | 8);
  element.setFloat64(3, ticks);
  return new Uint8Array(element.buffer);
}

/** ID (4 bytes), size (4 bytes, the first bits 0001). */
function infoHead(size: number): Uint8Array {
  const element = new DataView(new ArrayBuffer(8));
  element.setUint32(0, INFO);
  element.setUint32(4, 0x1000_0000 | size);
  return new Uint8Array(element.buffer);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
