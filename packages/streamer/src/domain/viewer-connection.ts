/**
 * One viewer's copy of the broadcast. Owns its PeerTransport and closes it.
 *
 * Starts at a keyframe and from then on sends every picture; answers NACKs from the broadcast's history, within a
 * budget, and passes on the wish for a keyframe. Ends when the transport does, when no connection comes about, or
 * when a viewer who is sent video stays silent.
 */
import type { IceServer, Refusal } from '@perch/protocol';
import {
  MAX_FIRST_SEQUENCE_NUMBER,
  NackResponder,
  ntpTimeOf,
  OutgoingRtp,
  parseRtcp,
  type ReportBlock,
  type RtcpPacket,
  type RtpPacket,
  roundTripTimeMs,
  writeSenderReport,
} from '@perch/rtp';
import type { Broadcast } from './broadcast.ts';
import type { Clock } from './clock.ts';
import type { OpenPeerTransport, PeerTransport } from './peer-transport.ts';

/** From the offer to the first packet. Slow phones on slow networks take five seconds. */
export const CONNECT_WITHIN_MS = 30_000;

/** Receivers report about once a second; five missed in a row mean that nobody is there. */
export const SILENT_AFTER_MS = 5_000;

/** RFC 3550, section 6.2, asks for seconds; lip sync and round trips are measured sooner with one a second. */
const SENDER_REPORT_INTERVAL_MS = 1_000;

export interface ViewerConnectionEvents {
  onOffer(sdp: string): void;
  onCandidate(candidate: string, sdpMid: string): void;
  onOpen(): void;
  /** The connection ended by itself; once, and not after `close`. */
  onEnded(reason: string): void;
}

export interface ViewerConnectionComponents {
  readonly broadcast: Broadcast;
  readonly openTransport: OpenPeerTransport;
  readonly clock: Clock;
  readonly random: () => number;
}

type State =
  | { readonly state: 'connecting'; readonly sinceMs: number }
  | { readonly state: 'waiting-for-keyframe' }
  | { readonly state: 'live' }
  | { readonly state: 'closed' };

export class ViewerConnection {
  readonly #broadcast: Broadcast;
  readonly #clock: Clock;
  readonly #events: ViewerConnectionEvents;
  readonly #transport: PeerTransport;
  readonly #outgoing: OutgoingRtp;
  readonly #nacks: NackResponder;
  #state: State;
  #lastHeardMs: number;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #lastReportMs = Number.NEGATIVE_INFINITY;
  #roundTripMs = 0;

  constructor(
    components: ViewerConnectionComponents,
    iceServers: readonly IceServer[],
    events: ViewerConnectionEvents,
  ) {
    const { broadcast, openTransport, clock, random } = components;
    this.#broadcast = broadcast;
    this.#clock = clock;
    this.#events = events;
    this.#state = { state: 'connecting', sinceMs: clock.nowMs() };
    this.#lastHeardMs = clock.nowMs();
    this.#outgoing = new OutgoingRtp({
      ssrc: broadcast.offer.ssrc,
      payloadType: broadcast.offer.payloadType,
      firstSequenceNumber: Math.floor(random() * (MAX_FIRST_SEQUENCE_NUMBER + 1)),
      extensionIds: { playoutDelay: broadcast.offer.extensions[0]?.id },
    });
    this.#nacks = new NackResponder(this.#outgoing);
    this.#transport = openTransport(
      { iceServers, video: broadcast.offer },
      {
        onOffer: (sdp) => events.onOffer(sdp),
        onCandidate: (candidate, sdpMid) => events.onCandidate(candidate, sdpMid),
        onOpen: () => this.#handleOpen(),
        onRtcp: (packet) => this.#handleRtcp(packet),
        onClosed: (reason) => this.#end(reason),
      },
    );
  }

  get state(): State['state'] {
    return this.#state.state;
  }

  answer(sdp: string): Refusal | undefined {
    return this.#transport.answer(sdp);
  }

  addCandidate(candidate: string): Refusal | undefined {
    return this.#transport.addCandidate(candidate);
  }

  /** Called by the broadcast. */
  sendPackets(packets: readonly RtpPacket[], keyframe: boolean): void {
    switch (this.#state.state) {
      case 'connecting':
      case 'closed':
        return;
      case 'waiting-for-keyframe':
        if (!keyframe) return;
        this.#state = { state: 'live' };
        break;
      case 'live':
        break;
    }
    for (const packet of packets) {
      this.#outgoing.prepare(packet, this.#broadcast.history);
      this.#transport.send(packet.bytes);
      this.#nacks.countSent(packet.bytes.length);
    }
    this.#lastSentMs = this.#clock.nowMs();
    if (this.#lastSentMs - this.#lastReportMs >= SENDER_REPORT_INTERVAL_MS) this.#sendReport();
  }

  /** Ends the connection where it should have come about or been heard of by now; to be called about once a second. */
  checkAlive(): void {
    const nowMs = this.#clock.nowMs();
    if (this.#state.state === 'connecting' && nowMs - this.#state.sinceMs > CONNECT_WITHIN_MS) {
      this.#end(`no connection within ${CONNECT_WITHIN_MS / 1000} s`);
    }
    const sending = this.#state.state === 'live' && nowMs - this.#lastSentMs < SENDER_REPORT_INTERVAL_MS;
    if (!sending) this.#lastHeardMs = Math.max(this.#lastHeardMs, nowMs - SILENT_AFTER_MS / 2);
    else if (nowMs - this.#lastHeardMs > SILENT_AFTER_MS) {
      this.#end(`nothing heard from the viewer for ${SILENT_AFTER_MS / 1000} s`);
    }
  }

  /** Ends the connection without a word to `onEnded`. May be called twice. */
  close(): void {
    if (this.#state.state === 'closed') return;
    this.#state = { state: 'closed' };
    this.#broadcast.remove(this);
    this.#transport.close();
  }

  #end(reason: string): void {
    if (this.#state.state === 'closed') return;
    this.close();
    this.#events.onEnded(reason);
  }

  #handleOpen(): void {
    if (this.#state.state !== 'connecting') return;
    this.#state = { state: 'waiting-for-keyframe' };
    this.#lastHeardMs = this.#clock.nowMs();
    this.#broadcast.add(this);
    this.#events.onOpen();
  }

  #handleRtcp(bytes: Uint8Array): void {
    const packets = parseRtcp(bytes);
    if (packets.length > 0) this.#lastHeardMs = this.#clock.nowMs();
    for (const packet of packets) this.#handleRtcpPacket(packet);
  }

  #handleRtcpPacket(packet: RtcpPacket): void {
    switch (packet.type) {
      case 'nack':
        if (packet.mediaSsrc === this.#outgoing.ssrc) this.#resend(packet.sequenceNumbers);
        return;
      case 'picture-loss':
      case 'full-intra-request':
        if (this.#state.state === 'live') this.#broadcast.requestKeyframeForLoss();
        return;
      case 'receiver-report':
      case 'sender-report':
        this.#handleReports(packet.reports);
        return;
      case 'goodbye':
      case 'maximum-bitrate':
      case 'transport-feedback':
        return;
    }
  }

  #resend(sequenceNumbers: readonly number[]): void {
    const { resend, keyframeNeeded } = this.#nacks.handleNack(
      sequenceNumbers,
      this.#clock.nowMs(),
      this.#roundTripMs,
    );
    for (const sent of resend) {
      this.#outgoing.prepareAgain(sent);
      this.#transport.send(sent.packet.bytes);
    }
    if (keyframeNeeded) this.#broadcast.requestKeyframeForLoss();
  }

  #handleReports(reports: readonly ReportBlock[]): void {
    const report = reports.find(({ ssrc }) => ssrc === this.#outgoing.ssrc);
    if (report === undefined) return;
    this.#roundTripMs = roundTripTimeMs(report, ntpTimeOf(this.#clock.unixMs())) ?? this.#roundTripMs;
  }

  #sendReport(): void {
    this.#lastReportMs = this.#clock.nowMs();
    this.#transport.send(
      writeSenderReport({
        ssrc: this.#outgoing.ssrc,
        ntp: ntpTimeOf(this.#clock.unixMs()),
        rtpTimestamp: this.#broadcast.rtpTimestampNow(),
        packetCount: this.#outgoing.packetCount,
        octetCount: this.#outgoing.octetCount,
        cname: this.#broadcast.offer.cname,
      }),
    );
  }
}
