/**
 * All who watch by WHEP, by the id in their URL. Owns the sessions, and asks each now and then whether its right still
 * holds, as the gateway asks its sockets.
 */
import { type Refusal, refuse } from '@perch/protocol';
import type { Cancel } from '../scheduler.ts';
import { type WhepComponents, type WhepOutcome, type WhepRequest, WhepSession } from './whep-session.ts';

const CHECK_INTERVAL_MS = 4_500;

export interface WhepOpening {
  readonly session: WhepSession;
  readonly outcome: WhepOutcome;
}

export class WhepSessions {
  readonly #components: WhepComponents;
  readonly #sessions = new Map<string, WhepSession>();
  readonly #stopChecking: Cancel;
  #closed = false;

  constructor(components: WhepComponents) {
    this.#components = components;
    this.#stopChecking = components.scheduler.every(CHECK_INTERVAL_MS, () => {
      for (const session of this.#all()) session.checkTime();
    });
    components.authority.onRevoked((tokenIds) => {
      for (const session of this.#all()) session.checkRevoked(tokenIds);
    });
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Resolves when the broadcaster has answered, or it is clear that it does not. */
  async open(request: WhepRequest): Promise<WhepOpening> {
    const session: WhepSession = new WhepSession(this.#components, request, () => {
      this.#sessions.delete(session.id);
    });
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) return { session, outcome: { state: 'refused', refusal } };
    this.#sessions.set(session.id, session);
    return { session, outcome: await session.open(request.sdp) };
  }

  get(streamId: string, id: string): WhepSession | undefined {
    const session = this.#sessions.get(id);
    return session?.streamId === streamId ? session : undefined;
  }

  /** Ends them all. May be called twice. */
  close(): void {
    this.#closed = true;
    this.#stopChecking();
    for (const session of this.#all()) session.end('lost');
  }

  /** What needs no place in a room to be refused: players ask every few seconds for a stream that is not there. */
  #refusalOf({ streamId, token }: WhepRequest): Refusal | undefined {
    if (this.#closed) return refuse('server-closing', 'The server is closing; come back in a moment');
    const right = this.#components.authority.check(token, 'view', streamId);
    if (!right.ok) return right;
    if (this.#components.rooms.stream(streamId).live) return undefined;
    return refuse('stream-not-available', 'The stream has no camera now; come back in a moment');
  }

  #all(): readonly WhepSession[] {
    return [...this.#sessions.values()];
  }
}
