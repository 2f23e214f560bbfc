/**
 * Keeps short-lived TURN credentials fresh in the background, so that no join waits for the service that makes
 * them, and one request to it serves everyone. Owns its timers and the request under way; `close()` ends both.
 * A failure leaves the credentials there are until they expire, then STUN alone, with a reason.
 */
import type { IceServer } from '@perch/protocol';
import { type IceServerSource, type IceServerState, PUBLIC_STUN_URLS } from './ice-server-source.ts';
import type { Cancel, Scheduler } from './scheduler.ts';

/** Asks the TURN service for credentials. A refusal or an outage is a value; `reason` names no secret. */
export interface TurnMint {
  mint(ttlSeconds: number, signal: AbortSignal): Promise<MintResult>;
}

export type MintResult =
  | { readonly ok: true; readonly iceServers: readonly IceServer[] }
  | { readonly ok: false; readonly reason: string };

interface TurnCredentialsComponents {
  readonly mint: TurnMint;
  readonly scheduler: Scheduler;
  /** 0 to 1, exclusive. */
  readonly random: () => number;
  /** Told each outcome: the reason of a failure, or undefined. */
  readonly report: (failure: string | undefined) => void;
}

/** A credential that leaks is worth little; refreshed at half of it, one that is handed out lasts an hour. */
export const TURN_TTL_MS = 2 * 60 * 60 * 1000;
/** The service answers in 0.2 s; a start of the server waits no longer than this for it. */
export const MINT_TIMEOUT_MS = 3000;
/** Handing out what is about to expire breaks the picture a moment later. */
const EXPIRY_MARGIN_MS = 60 * 1000;
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 5 * 60 * 1000;
/** Full jitter may draw zero; nobody is asked more often than this. */
const SHORTEST_RETRY_MS = 500;

type Held =
  | { readonly state: 'none'; readonly reason: string }
  | { readonly state: 'held'; readonly iceServers: readonly IceServer[]; readonly expiresAtMs: number };

export class TurnCredentials implements IceServerSource {
  readonly #components: TurnCredentialsComponents;
  readonly #closing = new AbortController();
  #held: Held = { state: 'none', reason: 'TURN credentials have not been fetched yet' };
  #lastFailure = 'TURN credentials have expired';
  #failures = 0;
  #cancelNext: Cancel | undefined;

  constructor(components: TurnCredentialsComponents) {
    this.#components = components;
  }

  /** Resolves when the first attempt has ended, well or not. Never rejects. */
  start(): Promise<void> {
    return this.#attempt();
  }

  close(): void {
    this.#closing.abort();
    this.#cancelNext?.();
  }

  current(): IceServerState {
    const held = this.#held;
    switch (held.state) {
      case 'none':
        return { iceServers: [{ urls: PUBLIC_STUN_URLS }], available: false, reason: held.reason };
      case 'held':
        if (this.#components.scheduler.now() < held.expiresAtMs - EXPIRY_MARGIN_MS) {
          return { iceServers: held.iceServers, available: true };
        }
        return { iceServers: [{ urls: PUBLIC_STUN_URLS }], available: false, reason: this.#lastFailure };
    }
  }

  async #attempt(): Promise<void> {
    const askedAtMs = this.#components.scheduler.now();
    const result = await this.#mintInTime();
    if (this.#closing.signal.aborted) return;
    if (result.ok) {
      this.#failures = 0;
      this.#held = {
        state: 'held',
        iceServers: withPublicStun(result.iceServers),
        expiresAtMs: askedAtMs + TURN_TTL_MS,
      };
      this.#schedule(TURN_TTL_MS / 2);
    } else {
      this.#lastFailure = result.reason;
      if (this.#held.state === 'none') this.#held = { state: 'none', reason: result.reason };
      this.#schedule(retryDelayMs(this.#failures, this.#components.random()));
      this.#failures += 1;
    }
    this.#components.report(result.ok ? undefined : result.reason);
  }

  /** Bounded by our own clock, even when the mint does not listen to its signal. */
  async #mintInTime(): Promise<MintResult> {
    const request = new AbortController();
    const abort = () => request.abort();
    this.#closing.signal.addEventListener('abort', abort, { once: true });
    let cancelTimeout: Cancel | undefined;
    const ended = new Promise<MintResult>((resolve) => {
      cancelTimeout = this.#components.scheduler.after(MINT_TIMEOUT_MS, abort);
      request.signal.addEventListener('abort', () => {
        resolve({ ok: false, reason: `the TURN service did not answer within ${MINT_TIMEOUT_MS / 1000} s` });
      });
    });
    try {
      return await Promise.race([
        ended,
        this.#components.mint.mint(Math.floor(TURN_TTL_MS / 1000), request.signal),
      ]);
    } catch {
      return { ok: false, reason: 'the request to the TURN service failed' };
    } finally {
      cancelTimeout?.();
      this.#closing.signal.removeEventListener('abort', abort);
    }
  }

  #schedule(delayMs: number): void {
    this.#cancelNext = this.#components.scheduler.after(delayMs, () => {
      void this.#attempt();
    });
  }
}

/** Exponential back-off with full jitter: many servers that failed together do not come back together. */
function retryDelayMs(failuresBefore: number, random: number): number {
  const ceiling = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failuresBefore);
  return Math.max(SHORTEST_RETRY_MS, ceiling * random);
}

/** One STUN entry, ours and theirs without doubles, then the TURN servers. */
function withPublicStun(minted: readonly IceServer[]): readonly IceServer[] {
  const stun = new Set(PUBLIC_STUN_URLS);
  const turn: IceServer[] = [];
  for (const server of minted) {
    const relays = server.urls.filter((url) => url.startsWith('turn'));
    for (const url of server.urls) if (url.startsWith('stun')) stun.add(url);
    if (relays.length > 0) turn.push({ ...server, urls: relays });
  }
  return [{ urls: [...stun] }, ...turn];
}
