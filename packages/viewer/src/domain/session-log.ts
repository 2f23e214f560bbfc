import { hasEnded, type Status } from './status.ts';

/** Enough for a report; who reconnects all day would fill the memory. */
const MAX_CHANGES = 30;

export interface StateChange {
  /** Since the session began. */
  readonly afterMs: number;
  /** The state and, where it has one, the step or the reason: no text of a peer. */
  readonly state: string;
}

/** What became of a session, for its times in the statistics: from one Play to the next. */
export class SessionLog {
  readonly #now: () => number;
  #startedAt: number;
  #firstPictureMs: number | undefined;
  #interruptions = 0;
  #changes: StateChange[] = [];
  #state: Status['state'] = 'idle';

  /** `now`: milliseconds; only differences mean anything. */
  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  start(): void {
    this.#startedAt = this.#now();
    this.#firstPictureMs = undefined;
    this.#interruptions = 0;
    this.#changes = [];
    this.#state = 'idle';
  }

  handleStatus(status: Status): void {
    const afterMs = this.forMs;
    if (status.state === 'live') this.#firstPictureMs ??= afterMs;
    else if (this.#state === 'live' && status.state !== 'idle') this.#interruptions += 1;
    this.#state = status.state;
    this.#changes.push({ afterMs, state: nameOf(status) });
    if (this.#changes.length > MAX_CHANGES) this.#changes.shift();
  }

  /** How long it has been going on. */
  get forMs(): number {
    return this.#now() - this.#startedAt;
  }

  get firstPictureMs(): number | undefined {
    return this.#firstPictureMs;
  }

  /** How often a picture that moved did so no longer. */
  get interruptions(): number {
    return this.#interruptions;
  }

  /** The latest of them, oldest first. */
  get changes(): readonly StateChange[] {
    return this.#changes;
  }
}

function nameOf(status: Status): string {
  if (status.state === 'connecting') return `${status.state} (${status.step})`;
  if (status.state === 'reconnecting' || hasEnded(status)) return `${status.state} (${status.why})`;
  return status.state;
}
