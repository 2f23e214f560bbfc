/** What of a video stream has arrived, by its RTP header (RFC 3550, 5.1): pictures by their timestamps, gaps by their numbers. */

const SEQUENCE_NUMBERS = 2 ** 16;

export class RtpCount {
  readonly #timestamps = new Set<number>();
  readonly #missing = new Set<number>();
  #ssrc: number | undefined;
  /** The newest sequence number, counted on past 65,535. */
  #newest: number | undefined;
  #lastAtMs: number | undefined;
  /** The longest that nothing came. */
  longestGapMs = 0;

  add(packet: Buffer): void {
    // RTCP comes the same way (RFC 5761, 4).
    if (packet.length < 12 || isRtcp(packet)) return;
    const ssrc = packet.readUInt32BE(8);
    this.#ssrc ??= ssrc;
    if (ssrc !== this.#ssrc) return;
    const atMs = performance.now();
    this.longestGapMs = Math.max(this.longestGapMs, atMs - (this.#lastAtMs ?? atMs));
    this.#lastAtMs = atMs;
    this.#timestamps.add(packet.readUInt32BE(4));
    const number = packet.readUInt16BE(2);
    this.#newest ??= number - 1;
    const ahead = (number - (this.#newest % SEQUENCE_NUMBERS) + SEQUENCE_NUMBERS) % SEQUENCE_NUMBERS;
    if (ahead === 0 || ahead >= SEQUENCE_NUMBERS / 2) {
      this.#missing.delete(number);
      return;
    }
    for (let n = 1; n < ahead; n++) this.#missing.add((this.#newest + n) % SEQUENCE_NUMBERS);
    this.#newest += ahead;
  }

  get pictures(): number {
    return this.#timestamps.size;
  }

  /** Packets whose numbers were passed over. */
  get lost(): number {
    return this.#missing.size;
  }
}

function isRtcp(packet: Buffer): boolean {
  const type = packet[1] ?? 0;
  return type >= 192 && type <= 223;
}
