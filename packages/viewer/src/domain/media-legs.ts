import type { MediaLeg } from './media-leg.ts';
import type { Candidate } from './ports.ts';

/**
 * A viewer's connections: the newest and, while that one has no picture yet, the one whose picture still moves
 * (SPEC.md, RESUME4). Owns both, and closes what is replaced.
 */
export class MediaLegs {
  #newest: MediaLeg | undefined;
  #shown: MediaLeg | undefined;

  get isEmpty(): boolean {
    return this.#newest === undefined;
  }

  /** An older connection is shown until the newest has a picture. */
  get isRenewing(): boolean {
    return this.#shown !== undefined;
  }

  isNewest(leg: MediaLeg): boolean {
    return this.#newest === leg;
  }

  /** Takes `leg` as the newest. With `keepsPicture` the one that has a picture stays until `settle`. */
  add(leg: MediaLeg, options: { keepsPicture: boolean }): void {
    if (!options.keepsPicture) this.close();
    else if (this.#shown === undefined) this.#shown = this.#newest;
    else this.#newest?.close();
    this.#newest = leg;
  }

  /** Only the newest is left: it has a picture, or the older one has none any more. */
  settle(): void {
    this.#shown?.close();
    this.#shown = undefined;
  }

  /** The newest can't be finished; true where the older one takes its place again. */
  fallBack(): boolean {
    if (this.#shown === undefined) return false;
    this.#newest?.close();
    this.#newest = this.#shown;
    this.#shown = undefined;
    return true;
  }

  addCandidate(candidate: Candidate): void {
    this.#newest?.addCandidate(candidate);
  }

  close(): void {
    this.settle();
    this.#newest?.close();
    this.#newest = undefined;
  }
}
