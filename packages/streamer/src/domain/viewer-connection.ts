/**
 * One viewer's connection. Owns its PeerTransport and closes it, and the sender that paces what goes there.
 *
 * Watches one layer of the broadcast, starts at a keyframe and changes to another layer at one. Ends when the transport
 * does, when no connection comes about, or when a viewer who is sent video stays silent.
 */
import type { IceServer, Refusal } from '@perch/protocol';
import { parseRtcp, type RtpPacket } from '@perch/rtp';
import { type AgreedMedia, agreedMedia } from './agreed-media.ts';
import type { Broadcast, Watcher } from './broadcast.ts';
import type { Clock } from './clock.ts';
import type { Layer } from './layer.ts';
import type { OpenPeerTransport, PeerTransport, Route, VideoOffer } from './peer-transport.ts';
import { sdpSections } from './sdp-sections.ts';
import { videoAnswer } from './video-answer.ts';
import type { LayerName } from './video-source.ts';
import type { ViewerOffer } from './viewer-offer.ts';
import { type SenderStats, ViewerSender } from './viewer-sender.ts';

/** From the offer to the first packet. Slow phones on slow networks take five seconds. */
export const CONNECT_WITHIN_MS = 30_000;

/** Receivers report about once a second; five missed in a row mean that nobody is there. */
export const SILENT_AFTER_MS = 5_000;

/** Nothing is to be heard of who was sent nothing for longer. */
const SENDING_WITHIN_MS = 1_000;

export interface ViewerConnectionEvents {
  onOffer(sdp: string): void;
  onAnswer(sdp: string): void;
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
  /** On its way to the first picture of `joining`. */
  | {
      readonly state: 'waiting-for-keyframe';
      readonly sender: ViewerSender;
      readonly joining: Layer | undefined;
    }
  /** Sees `watching`, and goes over to `joining` at its next keyframe. */
  | {
      readonly state: 'live';
      readonly sender: ViewerSender;
      readonly watching: Layer;
      readonly joining: Layer | undefined;
      /** What comes of `watching` is of no use: something was dropped, or the viewer is leaving it. */
      readonly skipping: boolean;
    }
  | { readonly state: 'closed' };

export interface ViewerStats extends SenderStats {
  /** Undefined before its first picture. */
  readonly layer: LayerName | undefined;
  readonly route: Route | undefined;
}

export class ViewerConnection implements Watcher {
  readonly #broadcast: Broadcast;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #events: ViewerConnectionEvents;
  readonly #transport: PeerTransport;
  readonly #video: VideoOffer;
  #state: State;
  /** Nothing before the answer is there. */
  #agreed: AgreedMedia;
  #lastHeardMs: number;

  constructor(
    components: ViewerConnectionComponents,
    iceServers: readonly IceServer[],
    events: ViewerConnectionEvents,
    viewerOffer?: ViewerOffer,
  ) {
    const { broadcast, openTransport, clock, random } = components;
    this.#broadcast = broadcast;
    this.#clock = clock;
    this.#random = random;
    this.#events = events;
    this.#state = { state: 'connecting', sinceMs: clock.nowMs() };
    this.#lastHeardMs = clock.nowMs();
    this.#video = viewerOffer?.video ?? broadcast.offer;
    this.#agreed = viewerOffer?.agreed ?? agreedMedia(this.#video, undefined);
    this.#transport = openTransport(
      { iceServers, video: this.#video, ...(viewerOffer === undefined ? {} : { viewerOffers: true }) },
      {
        onOffer: (sdp) => events.onOffer(sdp),
        onAnswer: (sdp) => {
          if (viewerOffer !== undefined) events.onAnswer(videoAnswer(viewerOffer, sdp));
        },
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

  /** Undefined until the connection is open, and after its end. */
  get stats(): ViewerStats | undefined {
    if (!('sender' in this.#state)) return undefined;
    const layer = this.#state.state === 'live' ? this.#state.watching.name : undefined;
    return { ...this.#state.sender.stats, layer, route: this.#transport.route };
  }

  get carriesBitsPerSecond(): number {
    return 'sender' in this.#state ? this.#state.sender.carriesBitsPerSecond : 0;
  }

  get isBehind(): boolean {
    return 'sender' in this.#state && this.#state.sender.isBehind;
  }

  answer(sdp: string): Refusal | undefined {
    const refusal = this.#transport.answer(sdp);
    if (refusal === undefined) this.#agreed = agreedMedia(this.#video, sdpSections(sdp).media[0]);
    return refusal;
  }

  /** Takes the offer that it was made for. */
  offer({ stackSdp }: ViewerOffer): Refusal | undefined {
    return this.#transport.offer(stackSdp);
  }

  addCandidate(candidate: string): Refusal | undefined {
    return this.#transport.addCandidate(candidate);
  }

  watch(layer: Layer): void {
    const before = this.#state;
    if (!('sender' in before) || before.joining === layer) return;
    before.joining?.remove(this);
    if (before.state === 'waiting-for-keyframe') {
      this.#state = { ...before, joining: layer };
    } else if (before.watching === layer) {
      // It may have missed pictures meanwhile.
      this.#state = { ...before, joining: undefined };
      return;
    } else {
      // Who falls to a smaller layer has no room for the rest of the larger one.
      this.#state = { ...before, joining: layer, skipping: before.skipping || layer.name === 'low' };
    }
    layer.add(this, { isNew: before.state === 'waiting-for-keyframe' });
  }

  sendPackets(layer: Layer, packets: readonly RtpPacket[], keyframe: boolean): void {
    const before = this.#state;
    if (!('sender' in before)) return;
    const { sender, joining } = before;
    if (layer === joining) {
      if (!keyframe) return;
      if (!sender.isAfter(packets[0]?.timestamp ?? 0)) {
        layer.requestKeyframeForLoss();
        return;
      }
      if (before.state === 'live') before.watching.remove(this);
      sender.dropQueued();
      this.#state = { state: 'live', sender, watching: layer, joining: undefined, skipping: false };
    } else if (before.state !== 'live' || before.watching !== layer) {
      return;
    } else if (before.skipping) {
      if (joining !== undefined) return;
      // A keyframe into a path without room would be lost like the picture before.
      if (!sender.hasRoom) return;
      if (!keyframe) {
        layer.requestKeyframeForLoss();
        return;
      }
      this.#state = { ...before, skipping: false };
    }
    const taken = sender.sendPackets(packets, keyframe);
    if (!taken && this.#state.state === 'live') this.#state = { ...this.#state, skipping: true };
  }

  tick(): void {
    if ('sender' in this.#state) this.#state.sender.tick();
  }

  /** Ends the connection where it should have come about or been heard of by now; to be called about once a second. */
  checkAlive(): void {
    const nowMs = this.#clock.nowMs();
    if (this.#state.state === 'connecting' && nowMs - this.#state.sinceMs > CONNECT_WITHIN_MS) {
      this.#end(`no connection within ${CONNECT_WITHIN_MS / 1000} s`);
    }
    const sending = this.#state.state === 'live' && nowMs - this.#state.sender.lastSentMs < SENDING_WITHIN_MS;
    if (!sending) this.#lastHeardMs = Math.max(this.#lastHeardMs, nowMs - SILENT_AFTER_MS / 2);
    else if (nowMs - this.#lastHeardMs > SILENT_AFTER_MS) {
      this.#end(`nothing heard from the viewer for ${SILENT_AFTER_MS / 1000} s`);
    }
  }

  /** Ends the connection without a word to `onEnded`. May be called twice. */
  close(): void {
    const before = this.#state;
    if (before.state === 'closed') return;
    this.#state = { state: 'closed' };
    if ('sender' in before) {
      before.sender.close();
      before.joining?.remove(this);
      if (before.state === 'live') before.watching.remove(this);
      this.#broadcast.remove(this);
    }
    this.#transport.close();
  }

  #end(reason: string): void {
    if (this.#state.state === 'closed') return;
    this.close();
    this.#events.onEnded(reason);
  }

  #handleOpen(): void {
    if (this.#state.state !== 'connecting') return;
    const sender = new ViewerSender(
      {
        broadcast: this.#broadcast,
        video: this.#video,
        clock: this.#clock,
        random: this.#random,
        send: (packet) => void this.#transport.send(packet),
        onKeyframeNeeded: () => this.#requestKeyframe(),
      },
      this.#agreed,
    );
    this.#state = { state: 'waiting-for-keyframe', sender, joining: undefined };
    this.#lastHeardMs = this.#clock.nowMs();
    this.#broadcast.add(this);
    this.#events.onOpen();
  }

  #requestKeyframe(): void {
    // Whoever waits for a layer has asked for its keyframe.
    if (this.#state.state !== 'live' || this.#state.joining !== undefined) return;
    this.#state.watching.requestKeyframeForLoss();
  }

  #handleRtcp(bytes: Uint8Array): void {
    if (!('sender' in this.#state)) return;
    const { sender } = this.#state;
    const packets = parseRtcp(bytes);
    if (packets.length > 0) this.#lastHeardMs = this.#clock.nowMs();
    for (const packet of packets) sender.handleRtcp(packet);
  }
}
