/**
 * Credentials minted before anybody asks, so that a join finds some at once. As many as were lately needed: each join
 * that finds none doubles the aim, each credential that nobody came for lowers it.
 */
import { type Credentials, freshForMs } from './credentials.ts';

/** After a start everybody comes back in the same second. */
export const FIRST_AIM = 8;
const LARGEST_AIM = 32;

export class CredentialStock {
  /** The oldest first. */
  readonly #items: Credentials[] = [];
  #aim = FIRST_AIM;
  #underWay = 0;

  get isShort(): boolean {
    return this.#items.length + this.#underWay < this.#aim;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** How long until the oldest has waited too long, or undefined when there is none. */
  staleInMs(nowMs: number): number | undefined {
    const [oldest] = this.#items;
    return oldest && Math.max(0, freshForMs(oldest, nowMs));
  }

  take(nowMs: number): Credentials | undefined {
    this.dropStale(nowMs);
    const taken = this.#items.shift();
    if (taken === undefined) this.#aim = Math.min(LARGEST_AIM, this.#aim * 2);
    return taken;
  }

  dropStale(nowMs: number): void {
    while (this.staleInMs(nowMs) === 0) {
      this.#items.shift();
      this.#aim = Math.max(1, this.#aim - 1);
    }
  }

  handleMinting(): void {
    this.#underWay += 1;
  }

  handleMinted(credentials: Credentials | undefined): void {
    this.#underWay -= 1;
    if (credentials !== undefined) this.#items.push(credentials);
  }
}
