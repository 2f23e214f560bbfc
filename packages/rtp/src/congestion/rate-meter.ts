/** Bits per second over the last moments, from bytes and their times. Pure. */

const BUCKET_MS = 10;
/** Longest window, and one for the bucket that is being filled. */
const MAX_WINDOW_MS = 500;
const BUCKETS = MAX_WINDOW_MS / BUCKET_MS + 1;
/** Buckets. What comes later than ten seconds after newer ones tells of a clock that was set, not of a delay. */
const MAX_LATE = 1000;
/** Below this a frame more or less decides the result. */
const MIN_WINDOW_MS = 100;

/**
 * A ring of 10 ms buckets: adding is O(1), and so is reading the whole window; a part of it is added up. Times are positive and may come
 * slightly out of order; what is older than the window is left out. A pause longer than the window is no part of the rate after it.
 */
export class RateMeter {
  readonly #bytes = new Float64Array(BUCKETS);
  #newest: number | undefined;
  #first = 0;
  /** Of all buckets but the newest. */
  #sum = 0;

  add(bytes: number, atMs: number): void {
    const bucket = Math.floor(atMs / BUCKET_MS);
    if (this.#newest === undefined || bucket - this.#newest >= BUCKETS || this.#newest - bucket > MAX_LATE) {
      this.#bytes.fill(0);
      this.#newest = bucket;
      this.#first = bucket;
      this.#sum = 0;
    }
    while (this.#newest < bucket) this.#newest = this.#begin(this.#newest + 1);
    if (this.#newest - bucket >= BUCKETS) return;
    const slot = bucket % BUCKETS;
    this.#bytes[slot] = (this.#bytes[slot] ?? 0) + bytes;
    if (bucket < this.#newest) this.#sum += bytes;
  }

  /** Takes the place of the oldest bucket. */
  #begin(bucket: number): number {
    const slot = bucket % BUCKETS;
    this.#sum += (this.#bytes[(bucket - 1) % BUCKETS] ?? 0) - (this.#bytes[slot] ?? 0);
    this.#bytes[slot] = 0;
    return bucket;
  }

  /** Over the last `windowMs`, 500 at most, before the newest bucket; undefined while less than 100 ms are known. */
  bitsPerSecond(windowMs: number): number | undefined {
    if (this.#newest === undefined) return undefined;
    const buckets = Math.min(windowMs / BUCKET_MS, this.#newest - this.#first, BUCKETS - 1);
    if (buckets * BUCKET_MS < Math.min(MIN_WINDOW_MS, windowMs)) return undefined;
    // What is before the first bucket is zero.
    if (windowMs === MAX_WINDOW_MS) return (this.#sum * 8 * 1000) / (buckets * BUCKET_MS);
    let sum = 0;
    for (let bucket = this.#newest - buckets; bucket < this.#newest; bucket++) {
      sum += this.#bytes[bucket % BUCKETS] ?? 0;
    }
    return (sum * 8 * 1000) / (buckets * BUCKET_MS);
  }
}
