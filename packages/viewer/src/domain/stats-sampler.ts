import { Alarm } from './alarm.ts';
import type { Clock } from './ports.ts';
import type { StreamCounters } from './stream-counters.ts';
import { pixelsOf, type StreamStats, statsBetween } from './stream-stats.ts';

/** A person reads no faster. */
const SAMPLE_EVERY_MS = 1_000;

/** Rates of less are chance: a look may come right after a sample, and browsers give the same counters for 50 ms. */
const LONG_ENOUGH_MS = 500;

/** Two minutes: what somebody who opens the drawer because of a stutter wants to see. */
export const HISTORY_LENGTH = 120;

export interface SamplerParts {
  readonly clock: Clock;
  /** Of the connection whose picture is shown. Never rejects. */
  readonly readCounters: () => Promise<StreamCounters | undefined>;
  /** The age of a picture by its time strip, where it has one and somebody looks. Never rejects, and takes less than a second. */
  readonly readStripAge: () => Promise<number | undefined>;
}

/** Takes one sample a second between `start()` and `stop()`, and keeps those of the last two minutes. */
export class StatsSampler {
  readonly #parts: SamplerParts;
  readonly #onSample: (stats: StreamStats) => void;
  readonly #next: Alarm;
  #running = false;
  /** Of a run that was stopped, a late answer is of no interest. */
  #run = 0;
  #before: StreamCounters | undefined;
  /** The sample before that. */
  #earlier: StreamCounters | undefined;
  #looked: StreamCounters | undefined;
  #largestPixels: number | undefined;
  #history: StreamStats[] = [];

  constructor(parts: SamplerParts, onSample: (stats: StreamStats) => void) {
    this.#parts = parts;
    this.#onSample = onSample;
    this.#next = new Alarm(parts.clock);
  }

  /** Oldest first. */
  get history(): readonly StreamStats[] {
    return this.#history;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#run += 1;
    void this.#sample(this.#run);
  }

  stop(): void {
    this.#running = false;
    this.#run += 1;
    this.#next.clear();
    this.#before = undefined;
    this.#earlier = undefined;
  }

  /** Another stream: nothing of the one before it counts. */
  reset(): void {
    this.#before = undefined;
    this.#earlier = undefined;
    this.#looked = undefined;
    this.#largestPixels = undefined;
    this.#history = [];
  }

  /** How the stream did since the last sample or look, or since the one before if that was just now. The time strip is left out. */
  async look(): Promise<StreamStats | undefined> {
    const now = await this.#parts.readCounters();
    if (now === undefined) return undefined;
    const past = [this.#before, this.#earlier, this.#looked].filter(
      (counters) => counters !== undefined && counters.atMs < now.atMs,
    );
    const before = past.find((counters) => now.atMs - (counters?.atMs ?? 0) >= LONG_ENOUGH_MS) ?? past.at(-1);
    this.#looked = now;
    return statsBetween(before, now, { largestPixels: this.#largestPixels });
  }

  async #sample(run: number): Promise<void> {
    this.#next.set(SAMPLE_EVERY_MS, () => void this.#sample(run));
    const [now, stripAgeMs] = await Promise.all([this.#parts.readCounters(), this.#parts.readStripAge()]);
    if (run !== this.#run || now === undefined) return;
    this.#largestPixels = Math.max(this.#largestPixels ?? 0, pixelsOf(now.video) ?? 0) || undefined;
    const stats = statsBetween(this.#before, now, { largestPixels: this.#largestPixels, stripAgeMs });
    this.#earlier = this.#before;
    this.#before = now;
    this.#history.push(stats);
    if (this.#history.length > HISTORY_LENGTH) this.#history.shift();
    this.#onSample(stats);
  }
}
