/** Viewers who make the offer themselves and whose offer has not come yet (SPEC.md, WHEP4). Owns one timer for each. */
import type { Clock } from './clock.ts';

/** The server has the offer before it announces such a viewer, and sends it at once. */
export const OFFER_WITHIN_MS = 5_000;

export class AwaitedOffers {
  readonly #clock: Clock;
  readonly #onMissed: (viewerId: string) => void;
  readonly #cancels = new Map<string, () => void>();

  constructor(clock: Clock, onMissed: (viewerId: string) => void) {
    this.#clock = clock;
    this.#onMissed = onMissed;
  }

  await(viewerId: string): void {
    this.take(viewerId);
    const cancel = this.#clock.after(OFFER_WITHIN_MS, () => {
      this.#cancels.delete(viewerId);
      this.#onMissed(viewerId);
    });
    this.#cancels.set(viewerId, cancel);
  }

  /** False where none is awaited of this viewer; not any more, from now on. */
  take(viewerId: string): boolean {
    this.#cancels.get(viewerId)?.();
    return this.#cancels.delete(viewerId);
  }

  clear(): void {
    for (const viewerId of [...this.#cancels.keys()]) this.take(viewerId);
  }
}
