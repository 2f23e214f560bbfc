/** A clock whose hands the test turns. `advance` runs what falls due, in order, before it returns. */
import type { Cancel, Scheduler } from '../../src/domain/scheduler.ts';

interface Entry {
  dueMs: number;
  readonly periodMs: number | undefined;
  readonly task: () => void;
}

export class ManualScheduler implements Scheduler {
  #nowMs = 1_700_000_000_000;
  readonly #entries = new Set<Entry>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): Cancel {
    return this.#add({ dueMs: this.#nowMs + delayMs, periodMs: undefined, task });
  }

  every(periodMs: number, task: () => void): Cancel {
    return this.#add({ dueMs: this.#nowMs + periodMs, periodMs, task });
  }

  /** How long until the next task, or undefined when none waits. */
  get nextInMs(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : next.dueMs - this.#nowMs;
  }

  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let entry = this.#next(); entry !== undefined && entry.dueMs <= untilMs; entry = this.#next()) {
      this.#nowMs = entry.dueMs;
      if (entry.periodMs === undefined) this.#entries.delete(entry);
      else entry.dueMs += entry.periodMs;
      entry.task();
    }
    this.#nowMs = untilMs;
  }

  #add(entry: Entry): Cancel {
    this.#entries.add(entry);
    return () => this.#entries.delete(entry);
  }

  #next(): Entry | undefined {
    return [...this.#entries].sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}
