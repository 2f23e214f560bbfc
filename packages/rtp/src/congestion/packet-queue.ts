/** A queue of packets with their sizes and times: a ring that doubles when it is full. Pure; allocates nothing else. */

const FIRST_CAPACITY = 64;

export class PacketQueue<T> {
  length = 0;
  bytes = 0;

  #items = new Array<T | undefined>(FIRST_CAPACITY).fill(undefined);
  #sizes = new Float64Array(FIRST_CAPACITY);
  #times = new Float64Array(FIRST_CAPACITY);
  #ends = new Uint8Array(FIRST_CAPACITY);
  #head = 0;

  push(item: T, bytes: number, atMs: number, endsPicture: boolean): void {
    if (this.length === this.#items.length) this.#grow();
    const slot = (this.#head + this.length) % this.#items.length;
    this.#items[slot] = item;
    this.#sizes[slot] = bytes;
    this.#times[slot] = atMs;
    this.#ends[slot] = endsPicture ? 1 : 0;
    this.length++;
    this.bytes += bytes;
  }

  /** Of the oldest; 0, 0 and true if there is none. */
  get headBytes(): number {
    return this.length === 0 ? 0 : (this.#sizes[this.#head] ?? 0);
  }

  get headMs(): number {
    return this.length === 0 ? 0 : (this.#times[this.#head] ?? 0);
  }

  get headEndsPicture(): boolean {
    return this.length === 0 || this.#ends[this.#head] === 1;
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.bytes -= this.#sizes[this.#head] ?? 0;
    this.#head = (this.#head + 1) % this.#items.length;
    this.length--;
    return item;
  }

  /** Drops what comes after the first `kept`. */
  truncate(kept: number): void {
    while (this.length > kept) {
      this.length--;
      const slot = (this.#head + this.length) % this.#items.length;
      this.#items[slot] = undefined;
      this.bytes -= this.#sizes[slot] ?? 0;
    }
  }

  /** How many packets there are up to the end of the oldest picture. */
  packetsOfHeadPicture(): number {
    for (let at = 0; at < this.length; at++) {
      if (this.#ends[(this.#head + at) % this.#items.length] === 1) return at + 1;
    }
    return this.length;
  }

  #grow(): void {
    const { length } = this.#items;
    const order = (slot: number): number => (this.#head + slot) % length;
    const old = { items: this.#items, sizes: this.#sizes, times: this.#times, ends: this.#ends };
    this.#items = Array.from({ length: length * 2 }, (_, at) =>
      at < length ? old.items[order(at)] : undefined,
    );
    this.#sizes = Float64Array.from({ length: length * 2 }, (_, at) => old.sizes[order(at)] ?? 0);
    this.#times = Float64Array.from({ length: length * 2 }, (_, at) => old.times[order(at)] ?? 0);
    this.#ends = Uint8Array.from({ length: length * 2 }, (_, at) => old.ends[order(at)] ?? 0);
    this.#head = 0;
  }
}
