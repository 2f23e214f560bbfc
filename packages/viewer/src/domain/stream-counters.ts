/**
 * What a browser has counted about one connection up to a moment (W3C WebRTC statistics). Undefined is what it does not
 * tell: browsers differ, and so do their versions. Totals only grow while the connection is the same.
 */

export type CandidateKind = 'host' | 'srflx' | 'prflx' | 'relay';

/** How a browser reaches its TURN server. */
export type RelayProtocol = 'udp' | 'tcp' | 'tls';

/** One end of the candidate pair that carries the video. */
export interface PathEnd {
  readonly kind: CandidateKind;
  /** Some browsers keep it to themselves, or give an mDNS name in its place. */
  readonly address: string | undefined;
  readonly protocol: string | undefined;
  /** Of this side's relay. */
  readonly relayProtocol: RelayProtocol | undefined;
}

export interface PathCounters {
  /** The viewer's. */
  readonly local: PathEnd;
  /** The camera's. */
  readonly remote: PathEnd;
  readonly lastRoundTripMs: number | undefined;
  readonly roundTripTotalMs: number | undefined;
  readonly roundTrips: number | undefined;
}

export interface VideoCounters {
  readonly bytes: number | undefined;
  readonly packets: number | undefined;
  /** Falls again when a packet was only late. */
  readonly packetsLost: number | undefined;
  readonly packetsSentAgain: number | undefined;
  readonly framesDecoded: number | undefined;
  readonly framesDropped: number | undefined;
  readonly decodeTotalMs: number | undefined;
  readonly jitterBufferTotalMs: number | undefined;
  /** Frames that left the jitter buffer. */
  readonly jitterBufferFrames: number | undefined;
  readonly jitterMs: number | undefined;
  readonly freezes: number | undefined;
  readonly freezesTotalMs: number | undefined;
  readonly nacks: number | undefined;
  readonly plis: number | undefined;
  readonly widthPixels: number | undefined;
  readonly heightPixels: number | undefined;
  /** `H264`, and its parameters from the session description. */
  readonly codec: string | undefined;
  readonly codecParameters: string | undefined;
  readonly decoder: string | undefined;
}

/** How far a connection is on its way to carry anything. */
export interface SetupCounters {
  /** Candidate pairs of which at least one check was sent. */
  readonly pairsTried: number;
  /** Those of them that were answered. */
  readonly pairsAnswered: number;
  /** Undefined before there is a transport. */
  readonly dtls: 'new' | 'connecting' | 'connected' | 'closed' | 'failed' | undefined;
}

export interface StreamCounters {
  /** Another number is another connection: its totals began anew. */
  readonly connection: number;
  /** On one clock for all moments of a connection. */
  readonly atMs: number;
  readonly setup: SetupCounters;
  /** None before the connection is up. */
  readonly path: PathCounters | undefined;
  readonly video: VideoCounters | undefined;
  /** Of the camera's full picture: what the camera told the session, and no browser knows. */
  readonly fullPixels?: number | undefined;
}
