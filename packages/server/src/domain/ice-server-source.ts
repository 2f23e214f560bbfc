/** Where STUN and TURN servers come from. Asked on every register and join, so it answers from memory. */
import type { IceServer } from '@perch/protocol';

export interface IceServerSource {
  current(): IceServerState;
}

export interface IceServerState {
  readonly iceServers: readonly IceServer[];
  /** Whether the list holds TURN servers. */
  readonly available: boolean;
  /** Why it holds none: one sentence for the owner. */
  readonly reason?: string;
}

/** Two operators, so that one outage does not take the public address of every viewer with it. */
export const PUBLIC_STUN_URLS: readonly string[] = [
  'stun:stun.l.google.com:19302',
  'stun:stun.cloudflare.com:3478',
];
