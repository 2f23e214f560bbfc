/** Bytes written by hand in tests: `hex('67 42')`, spaces as one likes. */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/\s+/gu, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16),
  );
}

export function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A NAL unit of `length` bytes: the header, then bytes that count up and hold no start code. */
export function nalUnitOf(header: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at === 0 ? header : 0x80 | (at & 0x7f)));
}
