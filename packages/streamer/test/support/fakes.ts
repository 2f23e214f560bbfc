/** Fakes of the streamer's ports: a clock turned by hand, transports, links and sources that do what a test tells. */
import {
  type ClientMessage,
  checkUsableCandidate,
  checkUsableSdp,
  type Refusal,
  refuse,
} from '@perch/protocol';
import { parseRtpPacket, type VideoFormat } from '@perch/rtp';
import { type Logger, pino } from 'pino';
import { Broadcast } from '../../src/domain/broadcast.ts';
import type { SignalingLink } from '../../src/domain/broadcaster.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type {
  OpenPeerTransport,
  PeerTransport,
  PeerTransportEvents,
  PeerTransportSettings,
  Route,
  VideoOffer,
} from '../../src/domain/peer-transport.ts';
import type {
  CodedPicture,
  LayerName,
  OpenVideoSource,
  PictureSize,
  VideoLayer,
  VideoSource,
  VideoSourceEvents,
} from '../../src/domain/video-source.ts';

export const FORMAT: VideoFormat = { width: 320, height: 240, framesPerSecond: 15, bitsPerSecond: 400_000 };

/** Lets every promise that can settle do so. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

export class ManualClock implements Clock {
  readonly timers = new Set<{ at: number; run: () => void }>();
  #nowMs = 5_000;

  nowMs() {
    return this.#nowMs;
  }

  unixMs() {
    return 1_700_000_000_000 + this.#nowMs;
  }

  after(ms: number, run: () => void) {
    const timer = { at: this.#nowMs + ms, run };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** Runs what falls due, in order. */
  advance(ms: number) {
    const end = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.at);
      next.run();
    }
    this.#nowMs = end;
  }
}

/** A log that can be read. */
export function memoryLog(): { log: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}

export const silentLog: Logger = pino({ level: 'silent' });

const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');

/** Takes the offered section, as far as a stack without keys can tell. */
export const ANSWER = [
  'v=0',
  'o=- 1 1 IN IP4 0.0.0.0',
  's=-',
  't=0 0',
  'm=video 9 UDP/TLS/RTP/SAVPF 102',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=recvonly',
  'a=rtcp-mux',
  'a=rtpmap:102 H264/90000',
  'a=setup:active',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  '',
].join('\r\n');

/** Takes all that was offered: the extensions, transport-wide feedback, RTX. */
export const BROWSER_ANSWER = ANSWER.replace('RTP/SAVPF 102', 'RTP/SAVPF 102 103').replace(
  'a=rtpmap:102 H264/90000',
  [
    'a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
    'a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
    'a=rtpmap:102 H264/90000',
    'a=rtcp-fb:102 transport-cc',
    'a=rtpmap:103 rtx/90000',
    'a=fmtp:103 apt=102',
  ].join('\r\n'),
);

export const candidate = (port = 9) => `candidate:1 1 udp 2122260223 127.0.0.1 ${port} typ host`;

/** Keeps what it is given; a test plays the network. */
export class FakeTransport implements PeerTransport {
  readonly iceServers: PeerTransportSettings['iceServers'];
  readonly video: VideoOffer;
  readonly events: PeerTransportEvents;
  readonly candidates: string[] = [];
  readonly sent: Uint8Array[] = [];
  readonly viewerOffers: boolean;
  readonly relaysOverStream: boolean;
  answers: string[] = [];
  offers: string[] = [];
  closed = false;
  takesPackets = true;
  /** Until a test says that there is none to be had: with TURN servers, one is there at once. */
  lacksRelay = false;
  #open = false;

  constructor(settings: PeerTransportSettings, events: PeerTransportEvents) {
    const { iceServers, video, viewerOffers = false, relaysOverStream = false } = settings;
    this.relaysOverStream = relaysOverStream;
    this.iceServers = iceServers;
    this.video = video;
    this.events = events;
    this.viewerOffers = viewerOffers;
    queueMicrotask(() => {
      if (!this.closed && !viewerOffers) events.onOffer(`v=0\r\ns=${video.payloadType} ${video.ssrc}\r\n`);
    });
  }

  /** RTP packets, whole. */
  get rtp() {
    return this.sent.filter((bytes) => !isRtcp(bytes)).map((bytes) => parseRtpPacket(bytes)!);
  }

  get rtcp() {
    return this.sent.filter(isRtcp);
  }

  get route(): Route | undefined {
    return this.#open && !this.closed ? 'direct' : undefined;
  }

  answer(sdp: string): Refusal | undefined {
    if (this.closed || this.viewerOffers || this.answers.length > 0)
      return refuse('wrong-role', 'answered already');
    const refusal = checkUsableSdp(sdp);
    if (refusal === undefined) this.answers.push(sdp);
    return refusal;
  }

  /** The answer follows by `onAnswer`. */
  offer(sdp: string): Refusal | undefined {
    if (this.closed || !this.viewerOffers || this.offers.length > 0) return refuse('wrong-role', 'no offer');
    const refusal = checkUsableSdp(sdp);
    if (refusal !== undefined) return refusal;
    this.offers.push(sdp);
    queueMicrotask(() => {
      if (!this.closed) this.events.onAnswer(ANSWER.replace('m=video', `a=${candidate(7)}\r\nm=video`));
    });
    return undefined;
  }

  addCandidate(text: string): Refusal | undefined {
    const refusal = checkUsableCandidate(text);
    if (refusal !== undefined || text === '' || this.closed) return refusal;
    if (this.answers.length + this.offers.length === 0 && this.candidates.length >= 64)
      return refuse('bad-candidate', 'too many');
    this.candidates.push(text);
    return undefined;
  }

  send(packet: Uint8Array): boolean {
    if (this.closed || !this.#open || !this.takesPackets) return false;
    this.sent.push(packet.slice());
    return true;
  }

  close(): void {
    this.closed = true;
  }

  /** What a network does. */
  open() {
    if (this.closed) return;
    this.#open = true;
    this.events.onOpen();
  }

  receive(...packets: Uint8Array[]) {
    if (!this.closed) for (const packet of packets) this.events.onRtcp(packet);
  }

  fail(reason = 'the viewer hung up') {
    if (this.closed) return;
    this.closed = true;
    this.events.onClosed(reason);
  }
}

/** Opens fakes and keeps them, the newest last. */
export class FakeTransports {
  readonly all: FakeTransport[] = [];
  readonly open: OpenPeerTransport = (settings, events) => {
    const transport = new FakeTransport(settings, events);
    this.all.push(transport);
    return transport;
  };

  get last(): FakeTransport {
    return this.all.at(-1)!;
  }

  /** Those that nobody closed. */
  get alive(): FakeTransport[] {
    return this.all.filter(({ closed }) => !closed);
  }
}

export class FakeLink implements SignalingLink {
  readonly sent: ClientMessage[] = [];

  send(message: ClientMessage) {
    this.sent.push(message);
  }

  sentOf<T extends ClientMessage['type']>(type: T) {
    return this.sent.filter(
      (message): message is Extract<ClientMessage, { type: T }> => message.type === type,
    );
  }
}

export class FakeLayer implements VideoLayer {
  readonly lowestBitsPerSecond: number;
  readonly highestBitsPerSecond: number;
  readonly forcesKeyframes: boolean;
  keyframeRequests = 0;
  bitsPerSecond = 0;

  constructor(lowest: number, highest: number, forcesKeyframes: boolean) {
    this.lowestBitsPerSecond = lowest;
    this.highestBitsPerSecond = highest;
    this.forcesKeyframes = forcesKeyframes;
  }

  requestKeyframe() {
    this.keyframeRequests++;
  }

  setBitsPerSecond(bitsPerSecond: number) {
    this.bitsPerSecond = bitsPerSecond;
  }
}

export class FakeSource implements VideoSource {
  readonly events: VideoSourceEvents;
  readonly main: FakeLayer;
  readonly low: FakeLayer | undefined;
  size: PictureSize | undefined;
  closed = false;

  constructor(events: VideoSourceEvents, { forcesKeyframes = true, hasLow = true } = {}) {
    this.events = events;
    this.main = new FakeLayer(FORMAT.bitsPerSecond / 4, FORMAT.bitsPerSecond, forcesKeyframes);
    this.low = hasLow ? new FakeLayer(30_000, FORMAT.bitsPerSecond / 2, true) : undefined;
  }

  close() {
    this.closed = true;
    return Promise.resolve();
  }
}

/** Opens fakes at once, or as `next` says. */
export class FakeSources {
  readonly all: FakeSource[] = [];
  readonly next: ((source: FakeSource) => Promise<VideoSource>)[] = [];
  readonly open: OpenVideoSource = (events) => {
    const source = new FakeSource(events);
    this.all.push(source);
    return this.next.shift()?.(source) ?? Promise.resolve(source);
  };
}

const SPS = Uint8Array.of(0x67, 0x42, 0xe0, 0x0d, 0xda);
const PPS = Uint8Array.of(0x68, 0xce, 0x3c, 0x80);

/** A picture of `size` bytes that no decoder would take but every packetizer does. */
export function picture(
  capturedMs: number,
  { keyframe = false, size = 20, layer = 'main' as LayerName } = {},
): CodedPicture {
  const slice = new Uint8Array(size).fill(0xaa);
  slice[0] = keyframe ? 0x65 : 0x41;
  slice[1] = 0x9a;
  return { layer, accessUnit: { nalUnits: keyframe ? [SPS, PPS, slice] : [slice], keyframe }, capturedMs };
}

/** A broadcast with a source that is used, on a manual clock. */
export class Studio {
  readonly clock = new ManualClock();
  readonly transports = new FakeTransports();
  readonly source: FakeSource;
  readonly broadcast: Broadcast;

  constructor(options: { forcesKeyframes?: boolean; hasLow?: boolean } = {}) {
    this.broadcast = new Broadcast({ clock: this.clock, random: () => 0.5 }, FORMAT);
    this.source = new FakeSource({ isWanted: () => true, onPicture: () => {}, onEnded: () => {} }, options);
    this.broadcast.useSource(this.source);
  }

  /** Takes a picture now. */
  shoot(options: Parameters<typeof picture>[1] = {}) {
    this.broadcast.handlePicture(picture(this.clock.nowMs(), options));
  }

  /** Takes pictures for `ms`, one each 100 ms, and turns the clock. */
  film(ms: number, each: () => void = () => {}) {
    for (let passed = 0; passed < ms; passed += 100) {
      this.clock.advance(100);
      this.shoot();
      each();
    }
  }
}

export function isRtcp(bytes: Uint8Array): boolean {
  const type = bytes[1] ?? 0;
  return type >= 192 && type <= 223;
}

/** Whether an H.264 payload (RFC 6184) holds or begins an IDR slice or, before one, parameter sets. */
export function startsKeyframe(payload: Uint8Array): boolean {
  const type = (payload[0] ?? 0) & 0x1f;
  if (type === 28) return ((payload[1] ?? 0) & 0x9f) === 0x85;
  return type === 24 || type === 5 || type === 7;
}

function words(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => {
    view.setUint32(index * 4, value >>> 0);
  });
  return new Uint8Array(view.buffer);
}

/** What a viewer sends back (RFC 3550, 6.4.2; RFC 4585, 6.2.1 and 6.3.1; RFC 5104, 4.3.1). */
export const rtcp = {
  receiverReport: () => words(0x80c9_0001, 1),
  pictureLoss: (ssrc: number) => words(0x81ce_0002, 1, ssrc),
  fullIntraRequest: (ssrc: number, count: number) => words(0x84ce_0004, 1, 0, ssrc, count << 24),
  /**
   * Packets with these consecutive transport-wide numbers, 14 at most, arrived at these moments of the receiver's clock,
   * the first at or after `referenceMs`, a multiple of 64 (draft-holmer-rmcat-transport-wide-cc-extensions-01).
   */
  transportFeedback: (first: number, referenceMs: number, arrivalsMs: readonly (number | undefined)[]) => {
    const arrived = arrivalsMs.filter((ms) => ms !== undefined);
    const bytes = new Uint8Array(Math.ceil((20 + 2 + arrived.length) / 4) * 4);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x8fcd_0000 + bytes.length / 4 - 1);
    view.setUint32(4, 1);
    view.setUint16(12, first);
    view.setUint16(14, arrivalsMs.length);
    view.setUint32(16, (referenceMs / 64) << 8);
    let symbols = 0x8000;
    arrivalsMs.forEach((ms, at) => {
      if (ms !== undefined) symbols |= 1 << (13 - at);
    });
    view.setUint16(20, symbols);
    arrived.forEach((ms, at) => {
      bytes[22 + at] = (ms - (arrived[at - 1] ?? referenceMs)) * 4;
    });
    return bytes;
  },
  nack: (ssrc: number, ...sequenceNumbers: number[]) =>
    words(0x81cd_0002 + sequenceNumbers.length, 1, ssrc, ...sequenceNumbers.map((number) => number << 16)),
};
