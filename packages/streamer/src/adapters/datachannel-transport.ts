/**
 * A viewer's WebRTC connection on node-datachannel (libdatachannel): ICE, DTLS and SRTP are native, the RTP packets
 * come ready from us. No media handler is set, so packets go out as they are and RTCP comes in as it is.
 *
 * The native library throws at most calls in a wrong state, and a JavaScript exception inside one of its callbacks
 * ends the process: every call and every callback here is guarded, and what a peer sent is checked before it gets in.
 *
 * Each kind of callback that is set costs a viewer for as long as it stays: whenever any connection has something to tell,
 * Node's event loop looks at the handles of all of them. So none is set that another one can stand for.
 */
import {
  checkUsableCandidate,
  checkUsableSdp,
  oneLine,
  type Refusal,
  refuse,
  stackOf,
} from '@perch/protocol';
import { type IceServer as NativeIceServer, PeerConnection, type Track } from 'node-datachannel';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { PeerTransport, PeerTransportEvents, Route, VideoOffer } from '../domain/peer-transport.ts';
import { isHidden, isRelayed } from './candidate-reach.ts';
import { LocalCandidates } from './local-candidates.ts';
import { RemoteCandidates } from './remote-candidates.ts';
import type { TurnBridge } from './turn-bridge.ts';
import { checkAnswer, describeVideo, MID } from './video-section.ts';

/** What a home's link carries for sure; an RTP packet of 1,200 bytes with SRTP, UDP and IPv6 around it fits. */
const MTU_BYTES = 1280;

/** An answer waits so long for candidates of ours: a STUN server far away answers within 300 ms, a dead one never. */
const GATHER_WITHIN_MS = 1_000;

/** One connection's, as libdatachannel is to be told. */
export interface DatachannelSettings {
  readonly iceServers: readonly NativeIceServer[];
  /** Those that lead to `iceServers`, to be closed with the connection. */
  readonly bridges: readonly TurnBridge[];
  readonly asksForRelay: boolean;
  readonly video: VideoOffer;
  readonly viewerOffers: boolean | undefined;
}

type State = 'offering' | 'awaiting-offer' | 'answered' | 'open' | 'closed';

export class DatachannelTransport implements PeerTransport {
  readonly #connection: PeerConnection;
  readonly #payloadType: number;
  readonly #track: Track;
  readonly #events: PeerTransportEvents;
  readonly #log: Logger;
  readonly #clock: Clock;
  #state: State;
  #lacksRelay: boolean;
  readonly #bridges: readonly TurnBridge[];
  readonly #remoteCandidates: RemoteCandidates;
  readonly #localCandidates: LocalCandidates;
  #answerGiven = false;
  #cancelGathering = (): void => undefined;

  /** Throws where libdatachannel does; what it was given is the caller's then. */
  constructor(
    { iceServers, bridges, asksForRelay, video, viewerOffers = false }: DatachannelSettings,
    events: PeerTransportEvents,
    { log, clock }: { readonly log: Logger; readonly clock: Clock },
  ) {
    const connection = new PeerConnection('perch', {
      iceServers: [...iceServers],
      disableAutoNegotiation: true,
      forceMediaTransport: true,
      mtu: MTU_BYTES,
    });
    this.#connection = connection;
    this.#clock = clock;
    this.#bridges = bridges;
    this.#remoteCandidates = new RemoteCandidates(
      clock,
      (candidate) => this.#handOn(candidate),
      bridges.length === 0,
    );
    this.#localCandidates = new LocalCandidates(clock, (candidate, mid) =>
      events.onCandidate(candidate, mid),
    );
    this.#payloadType = video.payloadType;
    this.#lacksRelay = asksForRelay;
    this.#events = events;
    this.#log = log;
    this.#state = viewerOffers ? 'awaiting-offer' : 'offering';
    if (viewerOffers) {
      connection.onGatheringStateChange((state) => {
        if (state === 'complete') this.#report(() => this.#giveAnswer());
      });
    } else {
      connection.onLocalDescription((sdp) => this.#report(() => events.onOffer(sdp)));
      connection.onLocalCandidate((candidate, mid) =>
        this.#report(() => this.#handleCandidate(candidate, mid)),
      );
    }
    connection.onStateChange((state) => this.#handleState(state));
    this.#track = connection.addTrack(describeVideo(video));
    this.#track.onMessage((packet) => this.#report(() => events.onRtcp(packet)));
    if (!viewerOffers) connection.setLocalDescription('offer');
  }

  get lacksRelay(): boolean {
    return this.#lacksRelay;
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
      this.#log.debug({ reason: oneLine(error) }, 'answer refused by libdatachannel');
      return refuse('bad-sdp', 'the answer can not be used');
    }
    this.#begin();
    this.#localCandidates.begin();
    return undefined;
  }

  offer(sdp: string): Refusal | undefined {
    if (this.#state !== 'awaiting-offer') return refuse('wrong-role', 'no offer is awaited here');
    const refusal = checkUsableSdp(sdp);
    if (refusal !== undefined) return refusal;
    try {
      this.#connection.setRemoteDescription(sdp, 'offer');
      this.#connection.setLocalDescription('answer');
    } catch (error) {
      this.#log.debug({ reason: oneLine(error) }, 'offer refused by libdatachannel');
      return refuse('bad-sdp', 'the offer can not be used');
    }
    this.#begin();
    this.#cancelGathering = this.#clock.after(GATHER_WITHIN_MS, () => this.#report(() => this.#giveAnswer()));
    return undefined;
  }

  addCandidate(candidate: string): Refusal | undefined {
    const refusal = checkUsableCandidate(candidate);
    if (refusal !== undefined || candidate === '' || this.#state === 'closed') return refusal;
    if (isHidden(candidate)) this.#localCandidates.letHostsGo();
    return this.#remoteCandidates.add(candidate);
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
    this.#cancelGathering();
    this.#localCandidates.close();
    this.#remoteCandidates.close();
    this.#closeNative();
    for (const bridge of this.#bridges) bridge.close();
  }

  #handleCandidate(candidate: string, mid: string): void {
    if (isRelayed(candidate)) this.#lacksRelay = false;
    this.#localCandidates.add(candidate, mid);
  }

  /** What is gathered by now is what the viewer gets; once. */
  #giveAnswer(): void {
    if (this.#answerGiven) return;
    this.#answerGiven = true;
    this.#cancelGathering();
    const description = this.#connection.localDescription();
    if (description !== null) this.#events.onAnswer(description.sdp);
  }

  #begin(): void {
    this.#state = 'answered';
    const password = this.#icePassword();
    this.#remoteCandidates.begin(password);
    for (const bridge of this.#bridges) bridge.begin(password);
  }

  #icePassword(): string {
    try {
      return /^a=ice-pwd:(\S+)/mu.exec(this.#connection.localDescription()?.sdp ?? '')?.[1] ?? '';
    } catch {
      // Closed below us.
      return '';
    }
  }

  #handOn(candidate: string): void {
    try {
      this.#connection.addRemoteCandidate(candidate, MID);
    } catch (error) {
      this.#log.debug({ reason: oneLine(error) }, 'candidate refused by libdatachannel');
    }
  }

  #handleState(state: string): void {
    if (state === 'connected') this.#report(() => this.#handleConnected());
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

  /** The handshake is through; the track opens right after, on a thread of the library. */
  #handleConnected(): void {
    if (this.#track.isOpen()) this.#handleOpen();
    else this.#track.onOpen(() => this.#report(() => this.#handleOpen()));
  }

  #handleOpen(): void {
    if (this.#state === 'open') return;
    this.#state = 'open';
    this.#localCandidates.letHostsGo();
    this.#events.onOpen();
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
      this.#log.error(
        { reason: oneLine(error), stack: stackOf(error) },
        'a WebRTC event could not be handled',
      );
    }
  }
}
