/**
 * How much one viewer's path carries, from the sender's side (draft-ietf-rmcat-gcc-02 with what libwebrtc added since:
 * probing, and rates of a camera that sends less than it may). Pure: the time comes in, in milliseconds of one clock
 * that never goes back.
 *
 * Puts the parts of this folder together. From transport-wide feedback: delay (trend, detector, AIMD) and loss, the
 * lower of the two. Without it, from receiver reports and REMB. Not here: when packets leave (pacer.ts), and what the
 * encoder makes of the target.
 */
import type { TransportFeedback } from '../rtcp/transport-feedback.ts';
import { AimdRateControl, type RateLimits } from './aimd-rate-control.ts';
import { ArrivalGroups } from './arrival-groups.ts';
import { LossBasedRate } from './loss-based-rate.ts';
import { OveruseDetector, type Usage } from './overuse-detector.ts';
import { type ProbeCluster, ProbeController } from './probe-controller.ts';
import { ProbeResults } from './probe-results.ts';
import { QueueDelay } from './queue-delay.ts';
import { RateMeter } from './rate-meter.ts';
import { SendWindow, UNKNOWN_ROUND_TRIP_MS } from './send-window.ts';
import { type PacketNews, SentPacketHistory } from './sent-packet-history.ts';
import { TrendlineEstimator } from './trendline-estimator.ts';

/** Long enough to even out pictures; short enough that, with the queue full, it knows only the present. */
const EVEN_WINDOW_MS = 500;
const RECENT_WINDOW_MS = 200;

/** Three pictures: nothing new for longer is the sender's doing, and what got through then is no capacity. */
const SENDER_PAUSE_MS = 100;

/** libwebrtc: a camera that uses less than this share of its target is limited by itself, until it uses the other. */
const APPLICATION_LIMITED_BELOW = 0.65;
const APPLICATION_LIMITED_UNTIL = 0.8;

/** Chromium reports every 50 to 250 ms: after this long without a report the path is taken to be cut. */
const FEEDBACK_WITHIN_MS = 1000;
const CUT_DECREASE = 0.5;

/** libwebrtc's pace. Into a path found full lately, a keyframe must not come faster than it leaves. */
const PACING_FACTOR = 2.5;
const CAREFUL_PACING_FACTOR = 1.2;
const CAREFUL_FOR_MS = 2000;

/** A queue like this is somebody's; no probe goes into it. */
const CALM_QUEUE_MS = 50;

/** One like this is ours to drain: less leaves than the path takes away. */
const LONG_QUEUE_MS = 100;
const DRAINING_PACING_FACTOR = 0.8;

/**
 * A queue that grows, because less comes out than goes in by such a share: the path is full, whatever the trend says. A
 * camera that sends less than it may gives the detector little to go by; it took 600 ms where this takes 250.
 */
const FULL_QUEUE_MS = 50;
const FULL_SLOPE = 0.15;

export interface CongestionControllerOptions extends RateLimits {
  readonly startBitsPerSecond: number;
  /** What there is use for, at most `maxBitsPerSecond`: below it the path is probed for more. Default: the maximum. */
  readonly wantedBitsPerSecond?: number;
}

/** For people and logs. Rates in bits per second; undefined where nothing is known. */
export interface CongestionDiagnostics {
  readonly source: 'none' | 'transport-feedback' | 'receiver-reports';
  readonly usage: Usage;
  readonly rateState: AimdRateControl['state'];
  readonly delayBased: number;
  /** Infinite while loss limits nothing. */
  readonly lossBased: number;
  readonly acknowledged: number | undefined;
  readonly queueMs: number;
  readonly ownLossShare: number;
  readonly applicationLimited: boolean;
}

/** For one viewer; lives as long as the connection. Work per packet is O(1). */
export class CongestionController {
  readonly #startBitsPerSecond: number;
  readonly #limits: RateLimits;
  readonly #wantedBitsPerSecond: number;
  readonly #history = new SentPacketHistory();
  readonly #groups = new ArrivalGroups();
  readonly #trendline = new TrendlineEstimator();
  readonly #detector = new OveruseDetector();
  readonly #delayBased: AimdRateControl;
  #lossBased = new LossBasedRate();
  readonly #probes: ProbeController;
  readonly #probeResults = new ProbeResults();
  readonly #acknowledged = new RateMeter();
  readonly #sent = new RateMeter();
  readonly #queue = new QueueDelay();
  readonly #window = new SendWindow();
  #source: CongestionDiagnostics['source'] = 'none';
  #applicationLimited = false;
  #reportedMaximum = Number.POSITIVE_INFINITY;
  #lastFeedbackMs: number | undefined;
  #newestSendMs = Number.NEGATIVE_INFINITY;
  #lastDecreaseMs = Number.NEGATIVE_INFINITY;
  #lastArrivedSendMs = Number.POSITIVE_INFINITY;
  /** On the receiver's clock. */
  #pauseEndedMs = Number.NEGATIVE_INFINITY;
  #senderPaused = false;
  /** Of the feedback at hand. What was sent before the rate was lowered has had its effect, and is not counted. */
  #lost = 0;
  #arrived = 0;
  #newestArrivedSendMs = Number.NEGATIVE_INFINITY;
  readonly #news: PacketNews = {
    handleLost: (sendMs) => {
      if (sendMs >= this.#lastDecreaseMs) this.#lost += 1;
    },
    handleArrived: (sendMs, arrivalMs, bytes, probeCluster) =>
      this.#handleArrived(sendMs, arrivalMs, bytes, probeCluster),
    handleArrivedAgain: (bytes, arrivalMs) => this.#acknowledged.add(bytes, arrivalMs),
  };
  #lastCutMs = Number.NEGATIVE_INFINITY;
  #firstSentMs: number | undefined;
  #neverHeard = false;

  /** Throws a RangeError unless 0 < min <= start <= max. */
  constructor(options: CongestionControllerOptions) {
    const { startBitsPerSecond: start, minBitsPerSecond: min, maxBitsPerSecond: max } = options;
    if (!(min > 0 && min <= start && start <= max)) {
      throw new RangeError(`rates ${min} <= ${start} <= ${max} are not in order`);
    }
    this.#startBitsPerSecond = start;
    this.#limits = { minBitsPerSecond: min, maxBitsPerSecond: max };
    this.#wantedBitsPerSecond = options.wantedBitsPerSecond ?? max;
    this.#delayBased = new AimdRateControl(start);
    this.#probes = new ProbeController(start);
  }

  /** What may be sent to this viewer, resent packets and padding included. */
  get targetBitsPerSecond(): number {
    const delayBased =
      this.#source === 'receiver-reports' ? Number.POSITIVE_INFINITY : this.#delayBased.bitsPerSecond;
    const lowest = Math.min(delayBased, this.#lossBased.bitsPerSecond, this.#reportedMaximum);
    const { minBitsPerSecond, maxBitsPerSecond } = this.#limits;
    return Math.min(Math.max(lowest, minBitsPerSecond), maxBitsPerSecond);
  }

  /** Nothing was heard of the path yet: the target is a guess. */
  get isUnknown(): boolean {
    return this.#source === 'none';
  }

  /** For the pacer. */
  get pacingBitsPerSecond(): number {
    const sinceDecreaseMs = (this.#lastFeedbackMs ?? 0) - this.#lastDecreaseMs;
    const isCareful = sinceDecreaseMs < CAREFUL_FOR_MS || this.#queue.ms >= CALM_QUEUE_MS;
    const isDraining = isCareful && this.#queue.ms >= LONG_QUEUE_MS;
    const factor = isDraining ? DRAINING_PACING_FACTOR : CAREFUL_PACING_FACTOR;
    return this.targetBitsPerSecond * (isCareful ? factor : PACING_FACTOR);
  }

  /** Smoothed, with the path's queues in it; undefined until known. */
  get roundTripMs(): number | undefined {
    return this.#window.roundTripMs;
  }

  /** 0 to 1, of the last quarter of a second or so. */
  get lossShare(): number {
    return this.#lossBased.lossShare;
  }

  /** How many bytes may be sent now so that not more is under way than the path takes; 0 or less: none. */
  get allowedBytes(): number {
    if (this.#source === 'receiver-reports' || this.#neverHeard) return Number.POSITIVE_INFINITY;
    return this.#window.allowedBytes(this.targetBitsPerSecond, this.#history.bytesInFlight);
  }

  get diagnostics(): CongestionDiagnostics {
    return {
      source: this.#source,
      usage: this.#detector.usage,
      rateState: this.#delayBased.state,
      delayBased: this.#delayBased.bitsPerSecond,
      lossBased: this.#lossBased.bitsPerSecond,
      acknowledged: this.#acknowledged.bitsPerSecond(EVEN_WINDOW_MS),
      queueMs: this.#queue.ms,
      ownLossShare: this.#lossBased.ownLossShare,
      applicationLimited: this.#applicationLimited,
    };
  }

  /** A packet left, under a transport-wide number of its own; `bytes` as the path carries them. */
  handleSent(transportSequence: number, bytes: number, nowMs: number, probeCluster?: number): void {
    this.#firstSentMs ??= nowMs;
    this.#history.handleSent(transportSequence, bytes, nowMs, probeCluster);
    this.#sent.add(bytes, nowMs);
  }

  /** A packet left again, bit for bit, under the transport-wide number that it had. */
  handleResent(transportSequence: number, bytes: number, nowMs: number): void {
    this.#history.handleResent(transportSequence, nowMs);
    this.#sent.add(bytes, nowMs);
  }

  /** Feedback that is late, repeated or about packets never sent does no harm. */
  handleTransportFeedback(feedback: TransportFeedback, nowMs: number): void {
    if (this.#source === 'receiver-reports') this.#lossBased = new LossBasedRate();
    this.#source = 'transport-feedback';
    this.#neverHeard = false;
    if (this.#lastFeedbackMs !== undefined && nowMs - this.#lastFeedbackMs > FEEDBACK_WITHIN_MS)
      this.#probes.hurry(nowMs);
    this.#lastFeedbackMs = nowMs;

    this.#lost = 0;
    this.#arrived = 0;
    this.#newestArrivedSendMs = Number.NEGATIVE_INFINITY;
    this.#history.handleFeedback(feedback, this.#queue.lowestMs, this.#news);
    const newestSendMs = this.#newestArrivedSendMs;
    if (newestSendMs > Number.NEGATIVE_INFINITY) this.#window.handleRoundTrip(nowMs - newestSendMs, nowMs);
    this.#newestSendMs = Math.max(this.#newestSendMs, newestSendMs);
    this.#updateRates(nowMs);
  }

  /**
   * The block about this viewer's stream: `fractionLost` 0 to 1, and the round trip if it tells one. Sets the rate only
   * where there is no transport-wide feedback.
   */
  handleReceiverReport(
    report: { fractionLost: number; roundTripMs?: number | undefined },
    nowMs: number,
  ): void {
    if (this.#source === 'transport-feedback') return;
    if (this.#source === 'none') this.#lossBased = new LossBasedRate(this.#startBitsPerSecond);
    this.#source = 'receiver-reports';
    if (report.roundTripMs !== undefined) this.#window.handleRoundTrip(report.roundTripMs, nowMs);
    const targetBitsPerSecond = this.targetBitsPerSecond;
    const queueMs = this.#window.queueMs;
    const verdict = this.#lossBased.judge(report.fractionLost, { targetBitsPerSecond, queueMs });
    // One report a second: what got through is known from the loss.
    if (verdict === 'overflow')
      this.#lossBased.bitsPerSecond = targetBitsPerSecond * (1 - report.fractionLost);
  }

  /** REMB: never above it. */
  handleMaximumBitrate(bitsPerSecond: number): void {
    this.#reportedMaximum = bitsPerSecond;
  }

  /** To be called every 100 ms or oftener: notices that feedback stays away. */
  tick(nowMs: number): void {
    this.#updateApplicationLimited();
    if (this.#source === 'receiver-reports') return;
    // Agreed on and never sent, as by stacks that repeat every line of an offer: there is no window without it.
    const waitedMs = nowMs - (this.#firstSentMs ?? nowMs);
    if (this.#source === 'none' && waitedMs >= FEEDBACK_WITHIN_MS) this.#neverHeard = true;
    this.#history.giveUpBefore(
      nowMs - FEEDBACK_WITHIN_MS - (this.#window.roundTripMs ?? UNKNOWN_ROUND_TRIP_MS),
    );
    if (this.#lastFeedbackMs === undefined || this.#history.bytesInFlight === 0) return;
    if (nowMs - Math.max(this.#lastFeedbackMs, this.#lastCutMs) < FEEDBACK_WITHIN_MS) return;
    this.#lastCutMs = nowMs;
    this.#delayBased.lower(this.#delayBased.bitsPerSecond * CUT_DECREASE, this.#limits);
  }

  /** A probe cluster for Pacer.startProbe, if one is due. To be asked after feedback or in each tick. */
  takeProbe(nowMs: number): ProbeCluster | undefined {
    if (this.#source !== 'transport-feedback') return undefined;
    const cluster = this.#probes.take(
      {
        targetBitsPerSecond: this.targetBitsPerSecond,
        wantedBitsPerSecond: this.#wantedBitsPerSecond,
        maxBitsPerSecond: Math.min(this.#limits.maxBitsPerSecond, this.#reportedMaximum),
        pathIsCalm: this.#pathIsCalm(),
        lastDecreaseMs: this.#lastDecreaseMs,
      },
      nowMs,
    );
    if (cluster !== undefined) this.#probeResults.expect(cluster);
    return cluster;
  }

  #handleArrived(sendMs: number, arrivalMs: number, bytes: number, probeCluster: number): void {
    this.#acknowledged.add(bytes, arrivalMs);
    if (sendMs >= this.#lastDecreaseMs) this.#arrived += 1;
    this.#newestArrivedSendMs = Math.max(this.#newestArrivedSendMs, sendMs);
    if (sendMs - this.#lastArrivedSendMs > SENDER_PAUSE_MS) this.#pauseEndedMs = arrivalMs;
    this.#lastArrivedSendMs = sendMs;
    this.#senderPaused = arrivalMs - this.#pauseEndedMs < RECENT_WINDOW_MS;
    this.#queue.add(arrivalMs - sendMs, arrivalMs);
    const delta = this.#groups.add(sendMs, arrivalMs);
    if (delta !== undefined) {
      this.#detector.update(this.#trendline.update(delta), delta.sendDeltaMs, delta.arrivalMs);
    }
    if (probeCluster !== 0) this.#handleProbed(probeCluster, { sendMs, arrivalMs, bytes });
  }

  #handleProbed(probeCluster: number, packet: { sendMs: number; arrivalMs: number; bytes: number }): void {
    const measured = this.#probeResults.add(probeCluster, packet);
    if (measured === undefined) return;
    this.#probes.handleResult(probeCluster, measured.bitsPerSecond, this.#lastFeedbackMs ?? 0);
    if (this.#detector.usage === 'overuse') return;
    this.#delayBased.handleProbe(measured, measured.ceilingBitsPerSecond, this.#limits);
  }

  #updateRates(nowMs: number): void {
    const before = this.targetBitsPerSecond;
    const context = { targetBitsPerSecond: before, queueMs: this.#queue.ms };
    const verdict = this.#lossBased.update(this.#lost, this.#arrived, context, nowMs);
    this.#updateApplicationLimited();
    const recentBitsPerSecond = this.#acknowledged.bitsPerSecond(RECENT_WINDOW_MS);
    const pathIsFull = verdict === 'overflow' || this.#queueGrows();
    const input = {
      usage: pathIsFull ? 'overuse' : this.#detector.usage,
      acknowledgedBitsPerSecond: this.#acknowledged.bitsPerSecond(EVEN_WINDOW_MS),
      recentBitsPerSecond,
      applicationLimited: !pathIsFull && (this.#applicationLimited || this.#senderPaused),
      roundTripMs: this.#window.roundTripMs ?? UNKNOWN_ROUND_TRIP_MS,
      pathIsFull,
      newestSendMs: this.#newestSendMs,
    };
    this.#delayBased.update(input, this.#limits, nowMs);
    if (this.targetBitsPerSecond >= before) return;
    this.#lastDecreaseMs = nowMs;
    this.#probes.handleDecrease(nowMs);
  }

  #queueGrows(): boolean {
    return this.#queue.ms >= FULL_QUEUE_MS && (this.#queue.slope ?? 0) >= FULL_SLOPE;
  }

  #updateApplicationLimited(): void {
    const sent = this.#sent.bitsPerSecond(EVEN_WINDOW_MS) ?? 0;
    const share = this.#applicationLimited ? APPLICATION_LIMITED_UNTIL : APPLICATION_LIMITED_BELOW;
    this.#applicationLimited = sent < this.targetBitsPerSecond * share;
  }

  #pathIsCalm(): boolean {
    return (
      this.#detector.usage === 'normal' &&
      this.#queue.ms < CALM_QUEUE_MS &&
      this.#lossBased.bitsPerSecond === Number.POSITIVE_INFINITY
    );
  }
}
