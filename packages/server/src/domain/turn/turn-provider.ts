/** A TURN service, as far as the server needs one: of one kind or the other. Another service is another of these, in `adapters/turn/`. */
import type { IceServer } from '@perch/protocol';

/** Makes credentials by itself: at once, for nothing, and there is nobody who could take them back. */
export interface ComputedTurn {
  mint(request: MintRequest): { readonly iceServers: readonly IceServer[]; readonly expires: boolean };
}

/** Somebody else makes them, over a network. One request a call: patience and retries are the caller's. */
export interface AskedTurn {
  mint(request: MintRequest, signal: AbortSignal): Promise<MintResult>;
  revoke(username: string, signal: AbortSignal): Promise<RevokeResult>;
}

export interface MintRequest {
  /** Random, made for this session. No viewer's id: it goes to the service, and into a TURN server's log. */
  readonly id: string;
  readonly ttlSeconds: number;
}

export type MintResult = { readonly ok: true; readonly iceServers: readonly IceServer[] } | TurnFailure;
export type RevokeResult = { readonly ok: true } | TurnFailure;

export interface TurnFailure {
  readonly ok: false;
  readonly why: TurnFailureKind;
  /** One sentence for the owner. Names no secret. */
  readonly reason: string;
}

export type TurnFailureKind =
  /** Our key or token is wrong: asking again at once is of no use. */
  | 'refused'
  /** We ask too much. */
  | 'limited'
  /** Not reached, or out of order. */
  | 'unavailable'
  | 'timeout'
  /** The answer was not what it should be. */
  | 'malformed';

/** What happened, for log and metrics. */
export type TurnEvent =
  | { readonly type: 'minted' }
  | { readonly type: 'mint-failed'; readonly why: TurnFailureKind; readonly reason: string }
  /** A session began, or went on, without TURN. */
  | { readonly type: 'without-turn'; readonly reason: string }
  | { readonly type: 'revoked' }
  | { readonly type: 'revoke-failed'; readonly why: TurnFailureKind | 'too-many' }
  | { readonly type: 'breaker'; readonly state: 'open' | 'half-open' | 'closed' };
