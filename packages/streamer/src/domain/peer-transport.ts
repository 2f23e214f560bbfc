/**
 * One WebRTC connection that sends one video track: the port between a viewer's rules and the native stack.
 * The contract: after `close` no event comes; nothing here throws, whatever the remote peer sent.
 */
import type { IceServer, Refusal } from '@perch/protocol';

/** What the offer says about the video, or the answer to a viewer who makes the offer. */
export interface VideoOffer {
  readonly payloadType: number;
  readonly ssrc: number;
  readonly cname: string;
  /** RFC 6184, section 8.1: six hexadecimal digits. */
  readonly profileLevelId: string;
  /** RTP header extensions (RFC 8285) by id. */
  readonly extensions: readonly { readonly id: number; readonly uri: string }[];
  /** Where lost packets are sent again as a stream of their own (RFC 4588). */
  readonly rtx?: { readonly payloadType: number; readonly ssrc: number };
}

export interface PeerTransportEvents {
  onOffer(sdp: string): void;
  /** The answer to a viewer's offer, with all candidates of ours; none follows. */
  onAnswer(sdp: string): void;
  /** A candidate of ours for the viewer; none comes before the answer was taken. */
  onCandidate(candidate: string, sdpMid: string): void;
  /** The track takes packets from now on. */
  onOpen(): void;
  onRtcp(packet: Uint8Array): void;
  /** The connection failed or the remote peer ended it; once. */
  onClosed(reason: string): void;
}

/** Straight to the viewer, or through a TURN server of either side. */
export type Route = 'direct' | 'relayed';

export interface PeerTransport {
  /** Undefined while there is no connection. */
  readonly route: Route | undefined;
  /** TURN servers were given, and none of them has given a relay so far. */
  readonly lacksRelay: boolean;
  /** Takes the viewer's answer, once. A refusal leaves the transport as it was. */
  answer(sdp: string): Refusal | undefined;
  /**
   * Takes the offer of a viewer who makes it, once; the answer follows by `onAnswer`. It has one section, the video's,
   * with the mid "0". After a refusal the transport is of no use.
   */
  offer(sdp: string): Refusal | undefined;
  /** Takes a candidate of the viewer's; those that come before the description wait for it. */
  addCandidate(candidate: string): Refusal | undefined;
  /** Sends one RTP or RTCP packet; its bytes may be reused when this returns. False when it was not taken. */
  send(packet: Uint8Array): boolean;
  /** Ends the connection and frees it. May be called twice. */
  close(): void;
}

export interface PeerTransportSettings {
  readonly iceServers: readonly IceServer[];
  readonly video: VideoOffer;
  /** The viewer makes the offer; ours, where it does not. */
  readonly viewerOffers?: boolean;
  /** TURN servers are reached over TCP or TLS, where there are such, and not over UDP. */
  readonly relaysOverStream?: boolean;
}

/** Makes a transport whose offer follows by `onOffer`, or which waits for the viewer's. */
export type OpenPeerTransport = (
  settings: PeerTransportSettings,
  events: PeerTransportEvents,
) => PeerTransport;
