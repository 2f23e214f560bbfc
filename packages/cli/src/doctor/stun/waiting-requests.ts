/** Requests that wait for their answers, however those come. */
import type { StunAnswer } from './stun-message.ts';

/** RFC 8489, section 6.2 waits 39.5 s; somebody looks on here. */
const GIVE_UP_AFTER_MS = 4500;

export class WaitingRequests {
  readonly #waiting = new Map<string, (answer: StunAnswer | undefined) => void>();

  /** Undefined when none comes. */
  async answerTo(transactionId: Buffer): Promise<StunAnswer | undefined> {
    const id = transactionId.toString('hex');
    let timer: NodeJS.Timeout | undefined;
    const answer = await new Promise<StunAnswer | undefined>((resolve) => {
      this.#waiting.set(id, resolve);
      timer = setTimeout(() => resolve(undefined), GIVE_UP_AFTER_MS);
    });
    clearTimeout(timer);
    this.#waiting.delete(id);
    return answer;
  }

  /** One that nobody waits for is passed over. */
  take(answer: StunAnswer | undefined): void {
    if (answer !== undefined) this.#waiting.get(answer.transactionId.toString('hex'))?.(answer);
  }

  /** No answer will come any more. */
  giveUp(): void {
    for (const resolve of this.#waiting.values()) resolve(undefined);
  }
}
