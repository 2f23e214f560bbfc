/**
 * A viewer's WebRTC connection on node-datachannel (libdatachannel): ICE, DTLS and SRTP are native, the RTP packets
 * come ready from us. No media handler is set, so packets go out as they are and RTCP comes in as it is.
 *
 * The native library throws at most calls in a wrong state, and a JavaScript exception inside one of its callbacks
 * ends the process: every call and every callback here is guarded, and what a peer sent is checked before it gets in.
 */
import { ADDRCONFIG } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { checkUsableCandidate, checkUsableSdp, type Refusal, refuse } from '@perch/protocol';
import { PeerConnection, type Track, Video } from 'node-datachannel';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type {
  OpenPeerTransport,
  PeerTransport,
  PeerTransportEvents,
  Route,
  VideoOffer,
} from '../domain/peer-transport.ts';
import { IceHosts } from './ice-hosts.ts';
import { toNativeIceServers } from './native-ice-servers.ts';
import { systemClock } from './system-clock.ts';

/** Old viewers send a candidate's m-line index alone, so the one media section has its index for a name. */
const MID = '0';

/** RFC 8830: the names under which a viewer finds the one track in its one stream. */
const STREAM_ID = 'perch';
const TRACK_ID = 'video';

/** Ticks a second of the RTP clock of H.264, and so of its retransmission (RFC 6184, section 8.2.1). */
const CLOCK_RATE = 90_000;

/** A browser with many interfaces sends about twenty candidates. */
const MAX_WAITING_CANDIDATES = 64;

/** What a home's link carries for sure; an RTP packet of 1,200 bytes with SRTP, UDP and IPv6 around it fits. */
const MTU_BYTES = 1280;

/**
 * For so long our candidates wait for the viewer's to be enough. A viewer behind a router of the usual kind needs ours,
 * and loses this time once.
 */
const HOLD_CANDIDATES_MS = 50;

export function datachannelTransports(log: Logger, clock: Clock = systemClock): OpenPeerTransport {
  const hosts = new IceHosts({ lookUp, clock, log });
  return ({ iceServers, video }, events) => {
    const connection = new PeerConnection('perch', {
      iceServers: toNativeIceServers(iceServers, (hostname) => hosts.find(hostname)),
      disableAutoNegotiation: true,
      forceMediaTransport: true,
      mtu: MTU_BYTES,
    });
    return new DatachannelTransport(connection, video, events, { log, clock });
  };
}

/** By the system's resolver, as every program here; IPv6 where the machine has no IPv4. */
async function lookUp(hostname: string): Promise<string> {
  return (await lookup(hostname, { order: 'ipv4first', hints: ADDRCONFIG })).address;
}

type State = 'offering' | 'answered' | 'open' | 'closed';

class DatachannelTransport implements PeerTransport {
  readonly #connection: PeerConnection;
  readonly #payloadType: number;
  readonly #track: Track;
  readonly #events: PeerTransportEvents;
  readonly #log: Logger;
  readonly #clock: Clock;
  #state: State = 'offering';
  #waitingCandidates: string[] = [];
  /** Undefined once they are let go. */
  #heldCandidates: { readonly candidate: string; readonly mid: string }[] | undefined = [];
  #cancelHold = (): void => undefined;

  constructor(
    connection: PeerConnection,
    video: VideoOffer,
    events: PeerTransportEvents,
    { log, clock }: { readonly log: Logger; readonly clock: Clock },
  ) {
    this.#connection = connection;
    this.#clock = clock;
    this.#payloadType = video.payloadType;
    this.#events = events;
    this.#log = log;
    connection.onLocalDescription((sdp) => this.#report(() => events.onOffer(sdp)));
    connection.onLocalCandidate((candidate, mid) =>
      this.#report(() => this.#handleCandidate(candidate, mid)),
    );
    connection.onStateChange((state) => this.#handleState(state));
    connection.onIceStateChange((state) => {
      if (state === 'connected' || state === 'completed') this.#report(() => this.#letCandidatesGo());
    });
    this.#track = connection.addTrack(describeVideo(video));
    this.#track.onOpen(() => {
      this.#report(() => {
        this.#state = 'open';
        events.onOpen();
      });
    });
    this.#track.onMessage((packet) => this.#report(() => events.onRtcp(packet)));
    connection.setLocalDescription('offer');
  }

  get route(): Route | undefined {
    if (this.#state !== 'open') return undefined;
    try {
      const pair = this.#connection.getSelectedCandidatePair();
      if (pair === null) return undefined;
      return pair.local.type === 'relay' || pair.remote.type === 'relay' ? 'relayed' : 'direct';
    } catch {
      // Closed below us.
      return undefined;
    }
  }

  answer(sdp: string): Refusal | undefined {
    if (this.#state !== 'offering') return refuse('wrong-role', 'this offer has its answer already');
    const refusal = checkUsableSdp(sdp) ?? checkAnswer(sdp, this.#payloadType);
    if (refusal !== undefined) return refusal;
    try {
      this.#connection.setRemoteDescription(sdp, 'answer');
    } catch (error) {
      this.#log.debug({ err: error }, 'answer refused by libdatachannel');
      return refuse('bad-sdp', 'the answer can not be used');
    }
    this.#state = 'answered';
    for (const candidate of this.#waitingCandidates) this.#tryCandidate(candidate);
    this.#waitingCandidates = [];
    this.#cancelHold = this.#clock.after(HOLD_CANDIDATES_MS, () => this.#letCandidatesGo());
    return undefined;
  }

  addCandidate(candidate: string): Refusal | undefined {
    const refusal = checkUsableCandidate(candidate);
    if (refusal !== undefined || candidate === '' || this.#state === 'closed') return refusal;
    if (this.#state !== 'offering') return this.#tryCandidate(candidate);
    if (this.#waitingCandidates.length >= MAX_WAITING_CANDIDATES) {
      return refuse('bad-candidate', `more than ${MAX_WAITING_CANDIDATES} candidates before the answer`);
    }
    this.#waitingCandidates.push(candidate);
    return undefined;
  }

  send(packet: Uint8Array): boolean {
    if (this.#state !== 'open') return false;
    try {
      return this.#track.sendMessageBinary(packet as Buffer);
    } catch {
      // Closed below us; its state change is on the way.
      return false;
    }
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#cancelHold();
    this.#closeNative();
  }

  /**
   * Our candidates are held back until the answer is in and the connection stands, or did not come about by the viewer's
   * alone within HOLD_CANDIDATES_MS. A viewer who has ours sooner may find its way to us and begin the handshake before
   * libdatachannel can take it: the first DTLS packet is lost then, which costs a browser 50 ms and a libdatachannel a
   * second; and while the answer is being taken in, one connection in 150 fails (bench/RESULTS.md).
   */
  #handleCandidate(candidate: string, mid: string): void {
    if (this.#heldCandidates === undefined) this.#events.onCandidate(candidate, mid);
    else this.#heldCandidates.push({ candidate, mid });
  }

  #letCandidatesGo(): void {
    const held = this.#heldCandidates ?? [];
    this.#heldCandidates = undefined;
    this.#cancelHold();
    for (const { candidate, mid } of held) this.#events.onCandidate(candidate, mid);
  }

  #tryCandidate(candidate: string): Refusal | undefined {
    try {
      this.#connection.addRemoteCandidate(candidate, MID);
      return undefined;
    } catch (error) {
      this.#log.debug({ err: error }, 'candidate refused by libdatachannel');
      return refuse('bad-candidate', 'the candidate can not be used');
    }
  }

  #handleState(state: string): void {
    if (state === 'closed') {
      // libdatachannel's object is only collected after a close() in this state (node-datachannel issue 366).
      this.#closeNative();
    }
    if (state !== 'closed' && state !== 'failed') return;
    this.#report(() => {
      this.close();
      this.#events.onClosed(state === 'failed' ? 'no connection to the viewer' : 'the viewer hung up');
    });
  }

  /** Both: a track that is not closed itself is never collected, nor what its callbacks hold (30 KB a viewer). */
  #closeNative(): void {
    for (const native of [this.#connection, this.#track]) {
      try {
        native.close();
      } catch {
        // Closed already.
      }
    }
  }

  /** Runs what a native callback reports, unless the transport is closed; an exception must not get back there. */
  #report(report: () => void): void {
    if (this.#state === 'closed') return;
    try {
      report();
    } catch (error) {
      this.#log.error({ err: error }, 'a WebRTC event could not be handled');
    }
  }
}

/** RFC 8866 lines of the video section. libdatachannel writes nack, nack pli and goog-remb by itself. */
function describeVideo({ payloadType, ssrc, cname, profileLevelId, extensions, rtx }: VideoOffer): Video {
  const video = new Video(MID, 'SendOnly');
  const fmtp = `level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=${profileLevelId}`;
  video.addH264Codec(payloadType, fmtp);
  video.addSSRC(ssrc, cname, STREAM_ID, TRACK_ID);
  video.parseSdpLine(`a=rtcp-fb:${payloadType} transport-cc`);
  video.parseSdpLine(`a=rtcp-fb:${payloadType} ccm fir`);
  for (const { id, uri } of extensions) video.parseSdpLine(`a=extmap:${id} ${uri}`);
  if (rtx !== undefined) {
    video.addRTXCodec(rtx.payloadType, payloadType, CLOCK_RATE);
    // RFC 5576, section 4.2: which stream is resent by which. Not by addSSRC, which would write a=msid once more.
    video.parseSdpLine(`a=ssrc-group:FID ${ssrc} ${rtx.ssrc}`);
    video.parseSdpLine(`a=ssrc:${rtx.ssrc} cname:${cname}`);
    video.parseSdpLine(`a=ssrc:${rtx.ssrc} msid:${STREAM_ID} ${TRACK_ID}`);
  }
  return video;
}

/** Whether an answer takes our one video section: RFC 9429, section 5.3.1. */
function checkAnswer(sdp: string, payloadType: number): Refusal | undefined {
  const sections = sdp.split(/^m=/mu).slice(1);
  const [media] = sections;
  if (sections.length !== 1 || media === undefined || !media.startsWith('video ')) {
    return refuse('not-acceptable', 'the answer has not the one video section that was offered');
  }
  const [line = ''] = media.split(/\r?\n/u, 1);
  const [, port, , ...payloadTypes] = line.split(' ');
  if (port === '0' || !payloadTypes.includes(String(payloadType))) {
    return refuse('not-acceptable', 'the viewer has no codec for this video');
  }
  if (!/^a=mid:0\r?$/mu.test(media)) return refuse('bad-sdp', 'the answer has not the mid that was offered');
  if (!/^a=setup:(?:active|passive)\r?$/mu.test(sdp))
    return refuse('bad-sdp', 'the answer has no a=setup role');
  return undefined;
}
