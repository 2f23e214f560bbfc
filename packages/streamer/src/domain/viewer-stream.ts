/**
 * One viewer's RTP streams on the wire: the media with this viewer's numbers, what is sent again beside it (RFC 4588),
 * padding for probes, and sender reports. Owns the numbers; not the queue (viewer-sender.ts), nor the transport.
 */
import {
  MAX_FIRST_SEQUENCE_NUMBER,
  MAX_PADDING_BYTES,
  NackResponder,
  type NackVerdict,
  ntpTimeOf,
  OutgoingRtp,
  type RtpPacket,
  RtxStream,
  type SentPacket,
  writeSenderReport,
} from '@perch/rtp';
import type { AgreedMedia } from './agreed-media.ts';
import type { Broadcast } from './broadcast.ts';
import type { Clock } from './clock.ts';
import type { VideoOffer } from './peer-transport.ts';

/** RFC 3550, section 6.2, asks for seconds; round trips are measured sooner with one a second. */
const SENDER_REPORT_INTERVAL_MS = 1_000;

/** IPv6 (40), UDP (8) and the SRTP tag (16). */
export const PACKET_OVERHEAD_BYTES = 64;

export interface ViewerStreamComponents {
  readonly broadcast: Broadcast;
  /** Under this viewer's numbers. */
  readonly video: VideoOffer;
  readonly clock: Clock;
  readonly random: () => number;
  /** Sends one packet; its bytes may be reused when this returns. */
  readonly send: (packet: Uint8Array) => void;
}

export interface ViewerStreamEvents {
  /** A packet left under a transport-wide number of its own; `bytes` as the path carries them. */
  onSent(transportSequence: number, bytes: number, nowMs: number, probeCluster: number | undefined): void;
  /** One left again, bit for bit, under the number that it had. */
  onResent(transportSequence: number, bytes: number, nowMs: number): void;
}

export class ViewerStream {
  readonly #broadcast: Broadcast;
  readonly #cname: string;
  readonly #clock: Clock;
  readonly #send: (packet: Uint8Array) => void;
  readonly #events: ViewerStreamEvents;
  readonly #outgoing: OutgoingRtp;
  readonly #rtx: RtxStream | undefined;
  readonly #nacks: NackResponder;
  readonly #transportFeedback: boolean;
  #nextTransportSequence = 0;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #lastReportMs = Number.NEGATIVE_INFINITY;
  #sentBytes = 0;

  constructor(components: ViewerStreamComponents, agreed: AgreedMedia, events: ViewerStreamEvents) {
    const { broadcast, video, clock, random } = components;
    const { extensionIds } = agreed;
    const firstNumber = () => Math.floor(random() * (MAX_FIRST_SEQUENCE_NUMBER + 1));
    this.#broadcast = broadcast;
    this.#cname = video.cname;
    this.#clock = clock;
    this.#send = components.send;
    this.#events = events;
    this.#transportFeedback = agreed.transportFeedback;
    this.#outgoing = new OutgoingRtp({
      ssrc: video.ssrc,
      payloadType: video.payloadType,
      firstSequenceNumber: firstNumber(),
      extensionIds,
    });
    this.#rtx =
      agreed.rtx && video.rtx !== undefined
        ? new RtxStream({ ...video.rtx, firstSequenceNumber: firstNumber(), extensionIds })
        : undefined;
    this.#nacks = new NackResponder(this.#outgoing);
  }

  get ssrc(): number {
    return this.#outgoing.ssrc;
  }

  /** When a packet last left, in milliseconds of the clock. */
  get lastSentMs(): number {
    return this.#lastSentMs;
  }

  /** As the path carries them. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** The clock is read once for all that leaves at once: a read for each packet is a fiftieth of what it costs. */
  send(packet: RtpPacket, nowMs: number, probeCluster: number | undefined): void {
    const number = this.#takeNumber();
    this.#outgoing.prepare(packet, number);
    this.#sendNew(packet.bytes, number, nowMs, probeCluster);
    this.#nacks.countSent(packet.bytes.length);
    if (nowMs - this.#lastReportMs >= SENDER_REPORT_INTERVAL_MS) this.#sendReport(nowMs);
  }

  /** What to send again, by `sendAgain`; the budget is charged (rtp/nack-responder.ts). */
  handleNack(sequenceNumbers: readonly number[], roundTripMs: number): NackVerdict {
    return this.#nacks.handleNack(sequenceNumbers, this.#clock.nowMs(), roundTripMs);
  }

  sendAgain(sent: SentPacket, nowMs: number, probeCluster: number | undefined): void {
    // It may have left the window in which a number may be sent again while it waited.
    if (this.#outgoing.lookUp(sent.sequence & 0xffff).state !== 'held') return;
    if (this.#rtx !== undefined) {
      const number = this.#takeNumber();
      this.#sendNew(this.#rtx.packetFor(sent, number), number, nowMs, probeCluster);
      return;
    }
    const { bytes } = sent.packet;
    this.#outgoing.prepareAgain(sent);
    this.#send(bytes);
    const number = this.#outgoing.transportSequenceOf(sent);
    if (number !== undefined) this.#events.onResent(number, bytes.length + PACKET_OVERHEAD_BYTES, nowMs);
  }

  /** Sends about so many bytes of padding, and returns how many; 0 to a viewer who can take none. */
  sendPadding(bytes: number, nowMs: number, probeCluster: number): number {
    let sent = 0;
    while (this.#rtx !== undefined && this.#transportFeedback && sent < bytes) {
      const number = this.#takeNumber();
      const packet = this.#rtx.paddingPacket(MAX_PADDING_BYTES, number);
      this.#sendNew(packet, number, nowMs, probeCluster);
      sent += packet.length + PACKET_OVERHEAD_BYTES;
    }
    return sent;
  }

  /** The next transport-wide number, if the viewer counts them. */
  #takeNumber(): number | undefined {
    if (!this.#transportFeedback) return undefined;
    const number = this.#nextTransportSequence;
    this.#nextTransportSequence = (number + 1) & 0xffff;
    return number;
  }

  #sendNew(
    packet: Uint8Array,
    number: number | undefined,
    nowMs: number,
    probeCluster: number | undefined,
  ): void {
    const bytes = packet.length + PACKET_OVERHEAD_BYTES;
    this.#send(packet);
    this.#lastSentMs = nowMs;
    this.#sentBytes += bytes;
    if (number !== undefined) this.#events.onSent(number, bytes, nowMs, probeCluster);
  }

  #sendReport(nowMs: number): void {
    this.#lastReportMs = nowMs;
    this.#send(
      writeSenderReport({
        ssrc: this.#outgoing.ssrc,
        ntp: ntpTimeOf(this.#clock.unixMs()),
        rtpTimestamp: this.#broadcast.rtpTimestampNow(),
        packetCount: this.#outgoing.packetCount,
        octetCount: this.#outgoing.octetCount,
        cname: this.#cname,
      }),
    );
  }
}
