/** A viewer as the streamer serves it: camera, pacer and congestion controller, wired as in the product. */
import { CongestionController, MAX_QUEUE_MS, Pacer, type TransportFeedback } from '../../../src/index.ts';
import { FRAME_INTERVAL_MS, SimulatedCamera } from './simulated-camera.ts';
import type { SimulatedLink } from './simulated-link.ts';
import { type MediaPacket, SimulatedReceiver } from './simulated-receiver.ts';

const PACKET_BYTES = 1200;
/** UDP, IP and the SRTP tag. */
const OVERHEAD_BYTES = 44;
const PADDING_BYTES = 255 + 20 + OVERHEAD_BYTES;
const FEEDBACK_BYTES = 80;
const RESEND_INTERVAL_MS = 50;
/** Chromium's where the offer asks for it, as the streamer's does. */
const FEEDBACK_INTERVAL_MS = 125;
const MAX_RESENDS_REMEMBERED = 1024;
/** A keyframe fills the queue by itself; dropping what follows it would ask for the next one. */
const KEYFRAME_PAID_BACK_MS = 500;
const KEYFRAME_ROOM_MS = 200;
const BEHIND_MS = 50;
/** As NackResponder has it. */
const RESEND_BUDGET_SHARE = 0.25;
const RESEND_BURST_BYTES = 32 * 1024;

export interface SenderOptions {
  readonly startBitsPerSecond?: number;
  readonly maxBitsPerSecond?: number;
  readonly wantedBitsPerSecond?: number;
  readonly minBitsPerSecond?: number;
  /** What the camera's encoder makes at most. */
  readonly mediaBitsPerSecond?: (nowMs: number) => number;
  readonly startMs?: number;
  readonly reverse: SimulatedLink;
  readonly forward: SimulatedLink;
  readonly random: () => number;
}

export interface Sample {
  readonly atMs: number;
  readonly targetBitsPerSecond: number;
  readonly mediaBytes: number;
}

export class SimulatedSender {
  readonly controller: CongestionController;
  readonly receiver: SimulatedReceiver;
  /** Ten a second. */
  readonly samples: Sample[] = [];
  droppedPictures = 0;
  skippedPictures = 0;
  probes = 0;

  readonly #options: SenderOptions;
  readonly #pacer = new Pacer<MediaPacket, MediaPacket>();
  readonly #camera: SimulatedCamera;
  readonly #sent = new Map<number, { packet: MediaPacket; resentMs: number }>();
  #nextFrameMs: number;
  #nextFeedbackMs: number;
  #nextDrainMs: number | undefined;
  #nextSequence = 100;
  #nextTransportSequence = 65_000;
  #waitsForKeyframe = false;
  #paused = false;
  #shownPictures = 0;
  #resendBudget = RESEND_BURST_BYTES;
  #lastKeyframeMs = 0;
  #keyframeWanted = false;
  #nowMs = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    const start = options.startBitsPerSecond ?? 1_000_000;
    this.controller = new CongestionController({
      startBitsPerSecond: start,
      minBitsPerSecond: options.minBitsPerSecond ?? 100_000,
      maxBitsPerSecond: options.maxBitsPerSecond ?? 2_000_000,
      ...(options.wantedBitsPerSecond === undefined
        ? {}
        : { wantedBitsPerSecond: options.wantedBitsPerSecond }),
    });
    this.#camera = new SimulatedCamera(start, options.random);
    this.#nextFrameMs = options.startMs ?? 0;
    this.#nextFeedbackMs = this.#nextFrameMs + 70;
    this.receiver = new SimulatedReceiver({
      onFeedback: (feedback) => this.#overReverse((nowMs) => this.#handleFeedback(feedback, nowMs)),
      onNack: (sequences) => this.#overReverse((nowMs) => this.#resend(sequences, nowMs)),
      onPictureLoss: () =>
        this.#overReverse(() => {
          this.#keyframeWanted = true;
        }),
    });
  }

  step(nowMs: number): void {
    this.#nowMs = nowMs;
    if (nowMs >= this.#nextFrameMs) {
      this.#nextFrameMs += FRAME_INTERVAL_MS;
      this.#capture(nowMs);
    }
    if (this.#nextDrainMs !== undefined && nowMs >= this.#nextDrainMs) this.#drain(nowMs);
    if (nowMs % 20 === 0) this.receiver.askAgain(nowMs);
    if (nowMs >= this.#nextFeedbackMs) {
      this.#nextFeedbackMs += FEEDBACK_INTERVAL_MS;
      this.receiver.report();
    }
    if (nowMs % 100 !== 0) return;
    this.controller.tick(nowMs);
    const { targetBitsPerSecond } = this.controller;
    this.samples.push({ atMs: nowMs, targetBitsPerSecond, mediaBytes: this.receiver.mediaBytes });
  }

  #capture(nowMs: number): void {
    const limit = this.#options.mediaBitsPerSecond?.(nowMs) ?? 2_000_000;
    if (limit === 0) {
      this.#paused = true;
      return;
    }
    if (this.#paused) this.#camera.requestKeyframe();
    this.#paused = false;
    // Another picture would only wait: the encoder leaves it out.
    if (this.#pacer.queueMs(this.controller.pacingBitsPerSecond, nowMs) > BEHIND_MS) {
      this.skippedPictures++;
      return;
    }
    if (this.#keyframeIsDue(nowMs)) {
      this.#keyframeWanted = false;
      this.#lastKeyframeMs = nowMs;
      this.#camera.requestKeyframe();
    }
    const picture = this.#camera.next(Math.min(this.controller.targetBitsPerSecond, limit));
    const isLate =
      nowMs - this.#lastKeyframeMs > KEYFRAME_PAID_BACK_MS &&
      this.#pacer.queueMs(this.controller.pacingBitsPerSecond, nowMs) > MAX_QUEUE_MS;
    if (isLate && !picture.keyframe) {
      this.#pacer.dropQueued();
      this.#waitsForKeyframe = true;
    }
    if (this.#waitsForKeyframe && !picture.keyframe) {
      this.droppedPictures++;
      this.#keyframeWanted = true;
      return;
    }
    this.#waitsForKeyframe = false;
    const packets = Math.ceil(picture.bytes / PACKET_BYTES);
    const number = this.#shownPictures++;
    // What was dropped before a keyframe is no gap to the decoder.
    const shared = { number, keyframe: picture.keyframe, packets, capturedMs: nowMs };
    for (let at = 0; at < packets; at++) {
      const bytes = Math.ceil(picture.bytes / packets) + OVERHEAD_BYTES;
      const packet = { sequence: -1, transportSequence: -1, bytes, picture: shared };
      this.#pacer.enqueue(packet, bytes, at === packets - 1, nowMs);
    }
    this.#drain(nowMs);
  }

  /** At most one a second, and none into a path that has no room for it: it would be lost like the one before. */
  #keyframeIsDue(nowMs: number): boolean {
    const { targetBitsPerSecond, allowedBytes } = this.controller;
    const hasRoom = allowedBytes > (targetBitsPerSecond * KEYFRAME_ROOM_MS) / 8000;
    return this.#keyframeWanted && hasRoom && nowMs - this.#lastKeyframeMs >= 1000;
  }

  #drain(nowMs: number): void {
    const { pacingBitsPerSecond, allowedBytes } = this.controller;
    this.#nextDrainMs = this.#pacer.drain(pacingBitsPerSecond, allowedBytes, nowMs, {
      send: (packet, atMs, probe) => this.#send(packet, probe, atMs),
      sendAgain: (packet, atMs, probe) => this.#send(packet, probe, atMs),
      sendPadding: (bytes, atMs, probe) => {
        let sent = 0;
        for (; sent < bytes; sent += PADDING_BYTES) {
          const padding = { sequence: -1, transportSequence: -1, bytes: PADDING_BYTES, picture: undefined };
          this.#send(padding, probe, atMs);
        }
        return sent;
      },
    });
  }

  #send(queued: MediaPacket, probe: number | undefined, nowMs: number): void {
    // Sent again as RTX: under its number of the media, and a transport-wide one of its own.
    const isResent = queued.sequence !== -1;
    const sequence = isResent ? queued.sequence : this.#nextSequence++;
    const packet = { ...queued, sequence, transportSequence: this.#nextTransportSequence++ };
    this.controller.handleSent(packet.transportSequence & 0xffff, packet.bytes, nowMs, probe);
    if (!isResent) {
      this.#resendBudget = Math.min(
        this.#resendBudget + packet.bytes * RESEND_BUDGET_SHARE,
        RESEND_BURST_BYTES,
      );
      this.#sent.set(packet.sequence, { packet, resentMs: Number.NEGATIVE_INFINITY });
      this.#sent.delete(packet.sequence - MAX_RESENDS_REMEMBERED);
    }
    this.#options.forward.send(packet.bytes, nowMs, (arrivalMs) => this.receiver.receive(packet, arrivalMs));
  }

  #resend(sequences: readonly number[], nowMs: number): void {
    for (const sequence of sequences) {
      const sent = this.#sent.get(sequence);
      if (sent === undefined || nowMs - sent.resentMs < RESEND_INTERVAL_MS) continue;
      if (sent.packet.bytes > this.#resendBudget) {
        this.#keyframeWanted = true;
        break;
      }
      this.#resendBudget -= sent.packet.bytes;
      sent.resentMs = nowMs;
      this.#pacer.enqueueResend(sent.packet, sent.packet.bytes, nowMs);
    }
    this.#drain(nowMs);
  }

  #handleFeedback(feedback: TransportFeedback, nowMs: number): void {
    this.controller.handleTransportFeedback(feedback, nowMs);
    const probe = this.controller.takeProbe(nowMs);
    if (probe !== undefined) {
      this.probes++;
      this.#pacer.startProbe(probe, nowMs);
    }
    this.#drain(nowMs);
  }

  #overReverse(handle: (nowMs: number) => void): void {
    this.#options.reverse.send(FEEDBACK_BYTES, this.#nowMs, () => handle(this.#nowMs));
  }
}
