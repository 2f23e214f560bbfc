/** One who watches from the beginning of a soak to its end. */
export interface Stayer {
  readonly name: string;
  /** From here on gaps count. */
  startClock(): Promise<void>;
  look(): Promise<Seen>;
  close(): Promise<void>;
}

export interface Seen {
  /** The longest time without a picture, up to now if none came since. */
  readonly gapMs: number;
  /** Peer connections made since the beginning: one, when none was ever lost. */
  readonly connections: number;
}
