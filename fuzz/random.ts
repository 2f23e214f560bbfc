/** Numbers that a seed decides (mulberry32): the same seed, the same inputs. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Small ones mostly, up to `limit` now and then. */
  length(limit: number): number {
    return this.below(2 ** this.below(Math.log2(limit) + 2)) % (limit + 1);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** Of every kind of character that a program may stumble over. */
  text(length: number): string {
    let text = '';
    while (text.length < length) text += String.fromCodePoint(this.#character());
    return text;
  }

  #character(): number {
    switch (this.below(6)) {
      case 0:
        return this.below(0x20);
      case 1:
        return 0xd800 + this.below(0x800);
      case 2:
        return this.pick([0, 0x0a, 0x0d, 0x7f, 0x85, 0xa0, 0x200e, 0x2028, 0x202e, 0xfeff, 0xfffe, 0x10ffff]);
      case 3:
        return this.below(0x3000);
      default:
        return 0x20 + this.below(0x5f);
    }
  }
}
