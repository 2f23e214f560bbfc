/** The far end of one signaling connection, as the rooms see it. Its methods return at once and never throw. */
import type { ServerMessage } from '@perch/protocol';

export interface Peer {
  /** So much waits for it that others had better send it nothing that it can do without. */
  readonly isBehind: boolean;
  /** Sends in order. A peer that is gone or too slow loses the message; the connection's end is told apart. */
  send(message: ServerMessage): void;
  /** Starts the closing handshake. */
  close(code: CloseCode, reason: string): void;
}

/** RFC 6455, 7.4: 1001 is "going away"; 4000 to 4999 are ours to define. */
export const CLOSE_CODES = { goingAway: 1001, replaced: 4001, noRight: 4003, tooMuch: 4008 } as const;

export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];

/** Whether the far end meant to go, or may not know that it has gone (SPEC.md, JOIN6). */
export type Departure = 'left' | 'lost';
