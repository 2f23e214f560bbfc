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
import { ADDRCONFIG } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { checkUsableCandidate, checkUsableSdp, type Refusal, refuse } from '@perch/protocol';
import { PeerConnection, type Track } from 'node-datachannel';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type {
  OpenPeerTransport,
  PeerTransport,
  PeerTransportEvents,
  PeerTransportSettings,
  Route,
} from '../domain/peer-transport.ts';
import { BoundSockets } from './bound-sockets.ts';
import { isHidden, isOfThisMachine, isRelayed } from './candidate-reach.ts';
import { IceHosts } from './ice-hosts.ts';
import { toNativeIceServers, turnWays } from './native-ice-servers.ts';
import { RemoteCandidates } from './remote-candidates.ts';
import { systemClock } from './system-clock.ts';
import { type StreamServer, TurnBridge } from './turn-bridge.ts';
import { checkAnswer, describeVideo, MID } from './video-section.ts';

/** What a home's link carries for sure; an RTP packet of 1,200 bytes with SRTP, UDP and IPv6 around it fits. */
const MTU_BYTES = 1280;

/** For so long the addresses of this machine wait for the viewer's to be enough. */
const HOLD_HOSTS_MS = 50;

/** An answer waits so long for candidates of ours: a STUN server far away answers within 300 ms, a dead one never. */
const GATHER_WITHIN_MS = 1_000;

export function datachannelTransports(log: Logger, clock: Clock = systemClock): OpenPeerTransport {
  const hosts = new IceHosts({ lookUp, clock, log });
  const sockets = new BoundSockets();
  let saidStream = false;
  return (settings, events) => {
    const bridges: TurnBridge[] = [];
    const openBridge = (server: StreamServer): number | undefined => {
      const socket = sockets.take();
      if (socket === undefined) return undefined;
      const name = `${server.hostname}:${server.port}`;
      log[saidStream ? 'debug' : 'info']({ server: name, tls: server.tls }, 'reaching TURN over TCP');
      saidStream = true;
      const bridge = new TurnBridge(socket, server, (reason) =>
        log.warn({ server: name, reason }, 'no TURN over TCP'),
      );
      bridges.push(bridge);
      return bridge.port;
    };
    const ways = turnWays(settings.iceServers);
    if (ways.stream) sockets.fill();
    const overStream = ways.stream && (settings.relaysOverStream === true || !ways.udp);
    const iceServers = toNativeIceServers(
      settings.iceServers,
      (hostname) => hosts.find(hostname),
      overStream ? openBridge : undefined,
    );
    // A bridge may not have had its socket yet; the next connection has it.
    const asksForRelay =
      overStream || iceServers.some((server) => typeof server === 'object' && 'relayType' in server);
    try {
      const connection = new PeerConnection('perch', {
        iceServers,
        disableAutoNegotiation: true,
        forceMediaTransport: true,
        mtu: MTU_BYTES,
      });
      return new DatachannelTransport(connection, { ...settings, asksForRelay, bridges }, events, {
        log,
        clock,
      });
    } catch (error) {
      for (const bridge of bridges) bridge.close();
      throw error;
    }
  };
}

/** By the system's resolver, as every program here; IPv6 where the machine has no IPv4. */
async function lookUp(hostname: string): Promise<string> {
  return (await lookup(hostname, { order: 'ipv4first', hints: ADDRCONFIG })).address;
}

interface ConnectionSettings extends PeerTransportSettings {
  readonly asksForRelay: boolean;
  /** Its own, to be closed with it. */
  readonly bridges: readonly TurnBridge[];
}

interface HeldCandidate {
  readonly candidate: string;
  readonly mid: string;
}

type State = 'offering' | 'awaiting-offer' | 'answered' | 'open' | 'closed';

class DatachannelTransport implements PeerTransport {
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
  #heldCandidates: HeldCandidate[] = [];
  #hostsMayGo = false;
  #answerGiven = false;
  #cancelHold = (): void => undefined;

  constructor(
    connection: PeerConnection,
    { video, viewerOffers = false, asksForRelay, bridges }: ConnectionSettings,
    events: PeerTransportEvents,
    { log, clock }: { readonly log: Logger; readonly clock: Clock },
  ) {
    this.#connection = connection;
    this.#clock = clock;
    this.#bridges = bridges;
    this.#remoteCandidates = new RemoteCandidates(
      clock,
      (candidate) => this.#handOn(candidate),
      bridges.length === 0,
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
      this.#log.debug({ err: error }, 'answer refused by libdatachannel');
      return refuse('bad-sdp', 'the answer can not be used');
    }
    this.#begin();
    if (!this.#hostsMayGo) this.#cancelHold = this.#clock.after(HOLD_HOSTS_MS, () => this.#letHostsGo());
    this.#letCandidatesGo();
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
      this.#log.debug({ err: error }, 'offer refused by libdatachannel');
      return refuse('bad-sdp', 'the offer can not be used');
    }
    this.#begin();
    this.#cancelHold = this.#clock.after(GATHER_WITHIN_MS, () => this.#report(() => this.#giveAnswer()));
    return undefined;
  }

  addCandidate(candidate: string): Refusal | undefined {
    const refusal = checkUsableCandidate(candidate);
    if (refusal !== undefined || candidate === '' || this.#state === 'closed') return refusal;
    if (isHidden(candidate)) this.#letHostsGo();
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
    this.#cancelHold();
    this.#remoteCandidates.close();
    this.#closeNative();
    for (const bridge of this.#bridges) bridge.close();
  }

  /**
   * Our candidates are held back until the answer is in; while it is being taken in, one connection in 150 fails where
   * the viewer has them (bench/RESULTS.md). The addresses of this machine are held until the connection stands, or did
   * not come about by the viewer's alone within HOLD_HOSTS_MS: a viewer who has them sooner may find its way to us before we
   * find ours to it. libjuice answers its check by one of its own after 50 ms, and a viewer who begins the handshake
   * meanwhile loses the first DTLS packet, which costs a browser 50 ms more and a libdatachannel a second. They are not held
   * from a browser that hides its own behind names: there its way to us is the only one. What a STUN or TURN server told us
   * goes at once: through routers the viewer's candidates alone rarely do, and a relay of the viewer's lets nothing of ours
   * through before it knows our address.
   */
  #handleCandidate(candidate: string, mid: string): void {
    if (isRelayed(candidate)) this.#lacksRelay = false;
    this.#heldCandidates.push({ candidate, mid });
    this.#letCandidatesGo();
  }

  #letHostsGo(): void {
    this.#cancelHold();
    this.#hostsMayGo = true;
    this.#letCandidatesGo();
  }

  #letCandidatesGo(): void {
    if (this.#state === 'offering') return;
    const interfaces = networkInterfaces();
    const isHeld = ({ candidate }: HeldCandidate): boolean =>
      !this.#hostsMayGo && isOfThisMachine(candidate, interfaces);
    const going = this.#heldCandidates.filter((held) => !isHeld(held));
    this.#heldCandidates = this.#heldCandidates.filter(isHeld);
    for (const { candidate, mid } of going) this.#events.onCandidate(candidate, mid);
  }

  /** What is gathered by now is what the viewer gets; once. */
  #giveAnswer(): void {
    if (this.#answerGiven) return;
    this.#answerGiven = true;
    this.#cancelHold();
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
      this.#log.debug({ err: error }, 'candidate refused by libdatachannel');
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
    this.#letHostsGo();
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
      this.#log.error({ err: error }, 'a WebRTC event could not be handled');
    }
  }
}
