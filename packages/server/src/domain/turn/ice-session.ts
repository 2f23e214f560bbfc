/**
 * Where STUN and TURN servers come from, as rooms see it. Each broadcaster and each viewer has a session with login
 * names of its own; asking for one never waits for anybody.
 */
import type { IceServer } from '@perch/protocol';

export interface IceServerSource {
  /** Returns at once. `onRenewed` is told of renewed credentials, of TURN that comes later, and of TURN that is gone. */
  open(role: IceRole, onRenewed: (state: IceServerState) => void): IceServerSession;
  /**
   * For who comes by HTTP and keeps what it gets: good for long, and not renewed. Waits for at most a few seconds, and never
   * rejects. `joined`: it takes a place of a stream; who only asks leaves the service to those who do.
   */
  once(joined?: boolean): Promise<IceServerSession>;
  readonly state: { readonly available: boolean; readonly reason?: string };
  /** Resolves when there is TURN to hand out, or when it is not worth waiting for. Never rejects. */
  start(): Promise<void>;
  /** Ends requests and timers. Revokes nothing: the media of whoever is connected outlives the server. */
  close(): void;
}

export type IceRole = 'broadcaster' | 'viewer';

export interface IceServerSession {
  readonly current: IceServerState;
  /**
   * No more renewals. `gone`: the media is over too, and the credentials are revoked. Otherwise they expire by
   * themselves: who lost only its WebSocket, or has a new connection made, is still being relayed with them.
   */
  close(how: 'gone' | 'media-goes-on'): void;
}

export interface IceServerState {
  readonly iceServers: readonly IceServer[];
  /** Whether the list holds TURN servers. */
  readonly available: boolean;
  /** Why it holds none: one sentence. */
  readonly reason?: string;
  /** For how long the credentials are good from now on; missing where they do not expire. */
  readonly ttlSeconds?: number;
}

/** Two operators, so that one outage does not take the public address of every viewer with it. */
export const PUBLIC_STUN_URLS: readonly string[] = [
  'stun:stun.l.google.com:19302',
  'stun:stun.cloudflare.com:3478',
];
