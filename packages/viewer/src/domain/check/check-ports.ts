import type { IceServer } from '@perch/protocol';
import type { Ports } from '../ports.ts';
import type { RelayRefusal, ServerHealth } from './check-facts.ts';

export interface GatheringEvents {
  onCandidate(type: 'host' | 'srflx' | 'relay'): void;
  /** A server refused, or could not be reached (code 701). */
  onRefused(refusal: RelayRefusal): void;
  onComplete(): void;
}

/** Gathers candidates with these servers and connects to nobody. Reports nothing after the function returned is called. */
export type GatherCandidates = (iceServers: readonly IceServer[], events: GatheringEvents) => () => void;

/** Rejects when nothing of a Perch server answers. */
export type FetchHealth = (signal: AbortSignal) => Promise<ServerHealth>;

/** What a check asks of the world besides what a session does. */
export interface CheckPorts extends Ports {
  readonly gather: GatherCandidates;
  /** Whether `gather` hears of refusals: where it does not, a server that says nothing may be one that is not reached. */
  readonly tellsRefusals: () => boolean;
  readonly fetchHealth: FetchHealth;
}
