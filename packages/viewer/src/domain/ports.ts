/** What the domain asks of the world: a clock, sockets, WebRTC, a fetch. The adapters and the tests each give theirs. */
import type { IceServer } from '@perch/protocol';
import type { StreamCounters } from './stream-counters.ts';

export interface Clock {
  /** Milliseconds; only differences mean anything. */
  now(): number;
  /** Unix milliseconds, as the device has it: goes on while it sleeps, where `now` may not, and jumps when it is set. */
  timeOfDay(): number;
  /** Runs `run` once after `ms`, unless the function returned here is called first. */
  after(ms: number, run: () => void): () => void;
}

/** From 0 up to, not including, 1. */
export type Random = () => number;

export interface SocketEvents {
  onOpen(): void;
  onText(text: string): void;
  /** Reported once, whether the socket was open before or never was. */
  onClosed(): void;
}

/** Whether the person goes, or only this socket is given up and another is to take its place (SPEC.md, JOIN6). */
export type Departure = 'left' | 'lost';

/** One WebSocket. After `close()` it reports nothing more. */
export interface Socket {
  send(text: string): void;
  close(how: Departure): void;
}

export type OpenSocket = (events: SocketEvents) => Socket;

/** An ICE candidate as the wire carries it. `sdpMid` is a name, and some peers know only it (SPEC.md, WIRE9). */
export interface Candidate {
  readonly candidate: string;
  readonly sdpMid?: string | null;
  readonly sdpMLineIndex?: number | null;
}

export interface MediaEvents {
  onCandidate(candidate: Candidate): void;
  onConnection(state: 'connected' | 'disconnected' | 'failed'): void;
  /** A frame was put on the screen: not received, not decoded, shown. */
  onFrame(): void;
  /** The browser refuses to play until the person touches the page (`true`), or plays after all (`false`). */
  onBlocked(blocked: boolean): void;
}

/** Whether the picture comes through a TURN relay, ours or the camera's. */
export type Route = 'direct' | 'relayed';

/**
 * One peer connection. Its picture takes the place of the one that is shown as soon as it has a frame. After `close()`
 * it reports nothing more, and its last frame stays on the screen.
 */
export interface MediaConnection {
  /** Takes the offer and gives the answer's SDP; rejects when the offer can't be used. */
  answer(offerSdp: string): Promise<string>;
  /** Only after `answer()` was fulfilled. A candidate that can't be used is dropped. */
  addCandidate(candidate: Candidate): void;
  /** What was counted up to now; undefined when the browser does not tell. Never rejects. */
  counters(): Promise<StreamCounters | undefined>;
  close(): void;
}

export interface Media {
  /** Whether the browser has WebRTC at all. */
  readonly supported: boolean;
  open(iceServers: readonly IceServer[], events: MediaEvents): MediaConnection;
  /** Takes the last frame off the screen. */
  clear(): void;
}

/**
 * Whether a server that opens no WebSocket is there at all. `refuses-page`: it answers, and lets pages of this origin use
 * nothing.
 */
export type ServerReach = 'there' | 'refuses-page' | 'away';

/** Finds out by another way than a WebSocket. Never rejects. */
export type ProbeServer = (signal: AbortSignal) => Promise<ServerReach>;

/** Asks the server for STUN and TURN servers; for servers that do not send them with `joined` (SPEC.md, ICE2). */
export type FetchIceServers = (signal: AbortSignal) => Promise<readonly IceServer[]>;

export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly openSocket: OpenSocket;
  readonly probeServer: ProbeServer;
  readonly media: Media;
  readonly fetchIceServers: FetchIceServers;
}
