/** A receiver of RFC 6184 payloads, for tests: strict, and written from the RFC rather than from the payloader. */
export function depayloadH264(payloads: readonly Uint8Array[]): Uint8Array[] {
  const nalUnits: Uint8Array[] = [];
  let fragments: number[] | undefined;
  for (const payload of payloads) {
    const header = payload[0]!;
    const type = header & 0x1f;
    if (type === 28) {
      const fuHeader = payload[1]!;
      const [start, end] = [(fuHeader & 0x80) !== 0, (fuHeader & 0x40) !== 0];
      if (start && end) throw new Error('5.8: S and E must not both be set');
      if ((fuHeader & 0x20) !== 0) throw new Error('5.8: R must be 0');
      if (start !== (fragments === undefined)) throw new Error('5.8: a fragment is missing');
      fragments ??= [(header & 0xe0) | (fuHeader & 0x1f)];
      fragments.push(...payload.subarray(2));
      if (!end) continue;
      nalUnits.push(Uint8Array.from(fragments));
      fragments = undefined;
      continue;
    }
    if (fragments !== undefined) throw new Error('5.8: fragments of a NAL unit follow each other');
    if (type !== 24) {
      nalUnits.push(payload);
      continue;
    }
    for (let at = 1; at < payload.length; ) {
      const length = (payload[at]! << 8) | payload[at + 1]!;
      if (at + 2 + length > payload.length) throw new Error('5.7.1: a length points past the end');
      nalUnits.push(payload.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  if (fragments !== undefined) throw new Error('5.8: the last fragment is missing');
  return nalUnits;
}
