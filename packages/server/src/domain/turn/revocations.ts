/**
 * Takes back the credentials of those who left. Nobody waits for it and nothing depends on it: a failure is counted,
 * and the credentials expire in minutes.
 */
import type { Scheduler } from '../scheduler.ts';
import { TimedRequests } from './timed-requests.ts';
import type { AskedTurn, TurnEvent } from './turn-provider.ts';
import { REQUEST_TIMEOUT_MS } from './turn-upstream.ts';

/** Who can't be revoked in time expires: a service that hangs must not cost memory. */
export const MAX_WAITING = 256;
const IN_FLIGHT = 4;

interface RevocationsComponents {
  readonly provider: AskedTurn;
  readonly scheduler: Scheduler;
  readonly report: (event: TurnEvent) => void;
}

export class Revocations {
  readonly #components: RevocationsComponents;
  readonly #requests: TimedRequests;
  readonly #waiting: string[] = [];
  #inFlight = 0;

  constructor(components: RevocationsComponents) {
    this.#components = components;
    this.#requests = new TimedRequests(components.scheduler, REQUEST_TIMEOUT_MS);
  }

  add(usernames: readonly string[]): void {
    if (this.#requests.isClosed) return;
    for (const username of usernames) {
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(username);
      else this.#components.report({ type: 'revoke-failed', why: 'too-many' });
    }
    this.#pump();
  }

  close(): void {
    this.#requests.close();
    this.#waiting.length = 0;
  }

  #pump(): void {
    while (this.#inFlight < IN_FLIGHT) {
      const username = this.#waiting.shift();
      if (username === undefined) return;
      void this.#revoke(username);
    }
  }

  async #revoke(username: string): Promise<void> {
    const { provider, report } = this.#components;
    this.#inFlight += 1;
    const result = await this.#requests.run((signal) => provider.revoke(username, signal));
    this.#inFlight -= 1;
    if (this.#requests.isClosed) return;
    report(result.ok ? { type: 'revoked' } : { type: 'revoke-failed', why: result.why });
    this.#pump();
  }
}
