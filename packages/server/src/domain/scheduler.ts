/** Time, as far as the server needs it. Tests turn the hands themselves. */
export interface Scheduler {
  /** Unix time in milliseconds. */
  now(): number;
  after(delayMs: number, task: () => void): Cancel;
  every(periodMs: number, task: () => void): Cancel;
}

/** May be called late or twice. */
export type Cancel = () => void;
