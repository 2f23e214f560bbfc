/**
 * What was seen while somebody tried to connect: plain data, written by the recorder, read by the steps and the verdict.
 * Times are milliseconds since the check began.
 */
import type { ErrorCode, IceServer } from '@perch/protocol';
import type { RelayKind } from '../relay-kind.ts';
import type { Status } from '../status.ts';
import type { PathCounters } from '../stream-counters.ts';

/** A camera that stands still shows newcomers its last picture, once. */
export const MOVING_FRAMES = 2;

/** `GET /health` in what a viewer can use of it; old servers tell less. */
export interface ServerHealth {
  readonly version: string | undefined;
  /** Whether it lets everyone in. */
  readonly isOpen: boolean | undefined;
  /** `stun` where the owner has set up no TURN. */
  readonly turnKind: string | undefined;
}

export interface RelayRefusal {
  readonly url: string;
  /** The STUN error code (RFC 8489, RFC 8656): 401 for a password that is not taken. */
  readonly code: number;
}

export interface Gathered {
  host: number;
  reflexive: number;
  /** By how this device reaches the relay. */
  relays: Set<RelayKind>;
  refusals: RelayRefusal[];
  /** Each server that is asked over UDP has answered. Stays false where the browser does not tell of those that don't. */
  hasUdpAnswered: boolean;
  beganAtMs: number | undefined;
  firstAtMs: number | undefined;
  /** All that was asked has answered or will not. */
  completeAtMs: number | undefined;
}

export interface CheckFacts {
  status: Status;
  health: ServerHealth | 'asked' | 'silent';
  /** The WebSocket opened. */
  openedAtMs: number | undefined;
  /** WebSockets that never opened. */
  socketFailures: number;
  joinedAtMs: number | undefined;
  iceServers: readonly IceServer[] | undefined;
  /** Why the server gave no relay. */
  noRelay: string | undefined;
  /** The last refusal that was about this viewer. */
  refusal: { readonly code: ErrorCode; readonly atMs: number } | undefined;
  camera: 'unknown' | 'present' | 'absent' | 'restarting';
  cameraAtMs: number | undefined;
  offerAtMs: number | undefined;
  offeredCodecs: readonly string[];
  answeredAtMs: number | undefined;
  /** The browser could not use the offer. */
  offerFailedAtMs: number | undefined;
  gathered: Gathered;
  /** The camera's candidates, by type. */
  theirs: Map<string, number>;
  theirsAtMs: number | undefined;
  pairsTried: number;
  pairAtMs: number | undefined;
  path: PathCounters | undefined;
  connectionFailedAtMs: number | undefined;
  dtlsAtMs: number | undefined;
  hasDtlsFailed: boolean;
  packets: number;
  packetAtMs: number | undefined;
  codec: string | undefined;
  frameAtMs: number | undefined;
  framesShown: number;
  isPlayRefused: boolean;
}

export function noFacts(): CheckFacts {
  return {
    status: { state: 'idle' },
    health: 'asked',
    openedAtMs: undefined,
    socketFailures: 0,
    joinedAtMs: undefined,
    iceServers: undefined,
    noRelay: undefined,
    refusal: undefined,
    camera: 'unknown',
    cameraAtMs: undefined,
    offerAtMs: undefined,
    offeredCodecs: [],
    answeredAtMs: undefined,
    offerFailedAtMs: undefined,
    gathered: {
      host: 0,
      reflexive: 0,
      relays: new Set(),
      refusals: [],
      hasUdpAnswered: false,
      beganAtMs: undefined,
      firstAtMs: undefined,
      completeAtMs: undefined,
    },
    theirs: new Map(),
    theirsAtMs: undefined,
    pairsTried: 0,
    pairAtMs: undefined,
    path: undefined,
    connectionFailedAtMs: undefined,
    dtlsAtMs: undefined,
    hasDtlsFailed: false,
    packets: 0,
    packetAtMs: undefined,
    codec: undefined,
    frameAtMs: undefined,
    framesShown: 0,
    isPlayRefused: false,
  };
}
