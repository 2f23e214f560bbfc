/** A path with a bottleneck: a drop-tail queue drained at a rate that may change, then delay, jitter and loss. */

export interface LinkOptions {
  /** Bits per second from each moment on, in order of time, the first at 0. */
  readonly capacity: readonly { readonly fromMs: number; readonly bitsPerSecond: number }[];
  /** How long a packet waits at most, at the capacity of the moment. */
  readonly queueMs: number;
  readonly propagationMs: number;
  /** Probability. */
  readonly loss?: number;
  /** A shaper's token bucket: what passes at once after a pause. */
  readonly burstBytes?: number;
  /** Each packet takes up to so much longer, evenly distributed: packets overtake each other. */
  readonly jitterMs?: number;
  readonly random: () => number;
}

interface Waiting {
  readonly bytes: number;
  readonly enteredMs: number;
  readonly deliver: (arrivalMs: number) => void;
}

export class SimulatedLink {
  sentBytes = 0;
  droppedPackets = 0;
  packets = 0;
  readonly queueDelaysMs: number[] = [];

  readonly #options: LinkOptions;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #creditBits = 0;
  #underWay: { atMs: number; deliver: (arrivalMs: number) => void }[] = [];

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  capacityAt(ms: number): number {
    let bitsPerSecond = 0;
    for (const step of this.#options.capacity) if (step.fromMs <= ms) bitsPerSecond = step.bitsPerSecond;
    return bitsPerSecond;
  }

  send(bytes: number, nowMs: number, deliver: (arrivalMs: number) => void): void {
    this.packets++;
    const waitMs = (this.#queuedBytes * 8000) / Math.max(this.capacityAt(nowMs), 1);
    // A queue shorter than one packet would carry nothing.
    if (this.#queue.length > 1 && waitMs > this.#options.queueMs) {
      this.droppedPackets++;
      return;
    }
    this.#queue.push({ bytes, enteredMs: nowMs, deliver });
    this.#queuedBytes += bytes;
  }

  /** One millisecond passes. */
  step(nowMs: number): void {
    this.#creditBits += this.capacityAt(nowMs) / 1000;
    let sent = 0;
    for (const packet of this.#queue) {
      if (packet.bytes * 8 > this.#creditBits) break;
      this.#creditBits -= packet.bytes * 8;
      this.#queuedBytes -= packet.bytes;
      this.sentBytes += packet.bytes;
      this.queueDelaysMs.push(nowMs - packet.enteredMs);
      sent++;
      this.#propagate(packet, nowMs);
    }
    if (sent > 0) this.#queue = this.#queue.slice(sent);
    if (this.#queue.length === 0) {
      this.#creditBits = Math.min(this.#creditBits, (this.#options.burstBytes ?? 0) * 8);
    }
    if (this.#underWay.length === 0) return;
    const due = this.#underWay.filter(({ atMs }) => atMs <= nowMs);
    if (due.length === 0) return;
    this.#underWay = this.#underWay.filter(({ atMs }) => atMs > nowMs);
    for (const { atMs, deliver } of due.sort((a, b) => a.atMs - b.atMs)) deliver(atMs);
  }

  #propagate(packet: Waiting, nowMs: number): void {
    const { random, loss = 0, jitterMs = 0, propagationMs } = this.#options;
    if (random() < loss) {
      this.droppedPackets++;
      return;
    }
    this.#underWay.push({ atMs: nowMs + propagationMs + random() * jitterMs, deliver: packet.deliver });
  }
}
