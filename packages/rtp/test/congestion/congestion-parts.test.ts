import { describe, expect, test } from 'vitest';
import { AimdRateControl } from '../../src/congestion/aimd-rate-control.ts';
import { ArrivalGroups } from '../../src/congestion/arrival-groups.ts';
import { LossBasedRate } from '../../src/congestion/loss-based-rate.ts';
import { OveruseDetector } from '../../src/congestion/overuse-detector.ts';
import { ProbeController } from '../../src/congestion/probe-controller.ts';
import { QueueDelay } from '../../src/congestion/queue-delay.ts';
import { RateMeter } from '../../src/congestion/rate-meter.ts';
import { TrendlineEstimator } from '../../src/congestion/trendline-estimator.ts';
import { CongestionController } from '../../src/index.ts';
import { feedbackOf } from './support/feedback-of.ts';

describe('ArrivalGroups (gcc-02, 5.2)', () => {
  test('packets sent within 5 ms are one group; two groups are compared by their last packets', () => {
    const groups = new ArrivalGroups();
    for (const [sendMs, arrivalMs] of [
      [0, 50],
      [4, 60],
      [33, 90],
      [36, 99],
    ] as const) {
      expect(groups.add(sendMs, arrivalMs)).toBeUndefined();
    }
    expect(groups.add(66, 130)).toEqual({ sendDeltaMs: 32, arrivalDeltaMs: 39, arrivalMs: 99 });
  });
});

describe('trend and detector (gcc-02, 5.3 and 5.4)', () => {
  /** Groups every 30 ms of which each arrives `growthMs` later than the one before. */
  const usageAfter = (growthMs: number, groups: number) => {
    const trendline = new TrendlineEstimator();
    const detector = new OveruseDetector();
    for (let at = 1; at <= groups; at++) {
      const arrivalMs = at * (30 + growthMs);
      const trend = trendline.update({ sendDeltaMs: 30, arrivalDeltaMs: 30 + growthMs, arrivalMs });
      detector.update(trend, 30, arrivalMs);
    }
    return detector.usage;
  };
  test('a growing queue is overuse, a draining one underuse, a standing one neither', () => {
    expect(usageAfter(8, 30)).toBe('overuse');
    expect(usageAfter(-8, 30)).toBe('underuse');
    expect(usageAfter(0, 30)).toBe('normal');
  });
});

describe('RateMeter', () => {
  test('measures the window, and a pause longer than it is no part of the rate after it', () => {
    const meter = new RateMeter();
    for (let ms = 0; ms <= 1000; ms += 10) meter.add(1250, ms);
    expect(meter.bitsPerSecond(500)).toBe(1_000_000);
    for (let ms = 5000; ms <= 5200; ms += 10) meter.add(2500, ms);
    expect(meter.bitsPerSecond(500)).toBe(2_000_000);
  });

  test('knows nothing before 100 ms', () => {
    const meter = new RateMeter();
    meter.add(1000, 0);
    meter.add(1000, 90);
    expect(meter.bitsPerSecond(500)).toBeUndefined();
  });
});

describe('AimdRateControl (gcc-02, 5.5)', () => {
  const limits = { minBitsPerSecond: 100_000, maxBitsPerSecond: 10_000_000 };
  const input = {
    usage: 'normal',
    acknowledgedBitsPerSecond: 1_000_000,
    recentBitsPerSecond: 1_000_000,
    applicationLimited: false,
    pathIsFull: false,
    roundTripMs: 100,
    newestSendMs: 0,
  } as const;

  test('grows by 8 % a second, then after an overuse from 0.85 of what got through, a packet a response time', () => {
    const control = new AimdRateControl(1_000_000);
    control.update(input, limits, 0);
    control.update(input, limits, 1000);
    expect(control.bitsPerSecond).toBeCloseTo(1_080_000, -1);
    control.update({ ...input, usage: 'overuse' }, limits, 1100);
    expect(control.bitsPerSecond).toBe(850_000);
    control.update(input, limits, 1200);
    control.update(input, limits, 2200);
    expect(control.bitsPerSecond).toBeCloseTo(850_000 + 1.1 * 48_000, -1);
  });

  test('is lowered again only by packets sent after it was lowered', () => {
    const control = new AimdRateControl(1_000_000);
    const overuse = { ...input, usage: 'overuse', recentBitsPerSecond: 500_000 } as const;
    control.update(overuse, limits, 1000);
    control.update({ ...overuse, recentBitsPerSecond: 100_000, newestSendMs: 1050 }, limits, 1300);
    expect(control.bitsPerSecond).toBe(700_000);
  });

  test('falls to what got through at once where the path is known to be full, else by 30 % at most', () => {
    const overuse = { ...input, usage: 'overuse', recentBitsPerSecond: 500_000 } as const;
    const [known, supposed] = [new AimdRateControl(1_000_000), new AimdRateControl(1_000_000)];
    known.update({ ...overuse, pathIsFull: true }, limits, 1000);
    known.update(
      { ...overuse, pathIsFull: true, recentBitsPerSecond: 400_000, newestSendMs: 1050 },
      limits,
      1300,
    );
    supposed.update(overuse, limits, 1000);
    expect([known.bitsPerSecond, supposed.bitsPerSecond]).toEqual([340_000, 700_000]);
  });

  test('never grows above 1.5 times what got through, nor while the camera limits itself', () => {
    const control = new AimdRateControl(1_600_000);
    control.update(input, limits, 0);
    control.update(input, limits, 1000);
    control.update({ ...input, applicationLimited: true }, limits, 2000);
    expect(control.bitsPerSecond).toBe(1_600_000);
  });
});

describe('LossBasedRate (gcc-02, section 6)', () => {
  const context = { targetBitsPerSecond: 2_000_000, queueMs: 0 };
  test('loss with an empty queue is learned as the path’s own', () => {
    const rate = new LossBasedRate();
    for (let at = 0; at < 20; at++) rate.judge(0.05, context);
    expect(rate.ownLossShare).toBeCloseTo(0.05, 2);
    expect(rate.judge(0.05, context)).toBe('fine');
    expect(rate.bitsPerSecond).toBe(Number.POSITIVE_INFINITY);
  });

  test('what is excused is bounded: 40 % of loss lowers the rate', () => {
    const rate = new LossBasedRate();
    for (let at = 0; at < 20; at++) {
      const targetBitsPerSecond = Math.min(2_000_000, rate.bitsPerSecond);
      rate.judge(0.4, { targetBitsPerSecond, queueMs: 0 });
    }
    expect(rate.bitsPerSecond).toBeLessThan(1_000_000);
    expect(rate.bitsPerSecond).toBeGreaterThan(200_000);
  });

  test('loss with a full queue is an overflow', () => {
    expect(new LossBasedRate().judge(0.3, { ...context, queueMs: 100 })).toBe('overflow');
  });
});

describe('CongestionController', () => {
  const options = { startBitsPerSecond: 1_000_000, minBitsPerSecond: 100_000, maxBitsPerSecond: 3_000_000 };

  test('limits that contradict each other are refused', () => {
    expect(() => new CongestionController({ ...options, minBitsPerSecond: 2_000_000 })).toThrow(RangeError);
  });

  test('without transport-wide feedback, receiver reports raise it by 5 % each, and loss lowers it', () => {
    const controller = new CongestionController(options);
    for (let at = 1; at <= 10; at++) controller.handleReceiverReport({ fractionLost: 0 }, at * 1000);
    expect(controller.targetBitsPerSecond).toBeCloseTo(1_000_000 * 1.05 ** 10, -2);
    controller.handleReceiverReport({ fractionLost: 0.5, roundTripMs: 30 }, 11_000);
    expect(controller.targetBitsPerSecond).toBeLessThan(1_300_000);
  });

  test('REMB is a ceiling', () => {
    const controller = new CongestionController(options);
    controller.handleMaximumBitrate(400_000);
    expect(controller.targetBitsPerSecond).toBe(400_000);
    controller.handleMaximumBitrate(0);
    expect(controller.targetBitsPerSecond).toBe(100_000);
  });

  test('when feedback stays away the rate is halved each second, and sending goes on', () => {
    const controller = new CongestionController(options);
    controller.handleSent(0, 1000, 0);
    controller.handleTransportFeedback(feedbackOf(0, [50]), 60);
    let sequence = 1;
    for (let ms = 100; ms < 10_000; ms += 100) {
      if (controller.allowedBytes > 0) controller.handleSent(sequence++, 1000, ms);
      controller.tick(ms);
    }
    expect(controller.targetBitsPerSecond).toBe(100_000);
    expect(controller.allowedBytes).toBeGreaterThan(0);
  });

  test('feedback of nonsense changes nothing and throws nothing', () => {
    const controller = new CongestionController(options);
    controller.handleSent(7, 1000, 0);
    for (let at = 0; at < 200; at++) {
      controller.handleTransportFeedback(
        feedbackOf((at * 977) & 0xffff, [1e9, -5, undefined], at * -1e9),
        at,
      );
      controller.tick(at);
    }
    expect(controller.targetBitsPerSecond).toBeGreaterThan(0);
    expect(controller.targetBitsPerSecond).toBeLessThanOrEqual(3_000_000);
  });
});

describe('QueueDelay', () => {
  /** Packets each 10 ms, the delay of each a little longer or shorter than the last one's. */
  const fill = (queue: QueueDelay, fromMs: number, packets: number, stepMs: number, startMs = 5) => {
    for (let at = 0; at < packets; at++) queue.add(startMs + at * stepMs, fromMs + at * 10);
  };

  test('its slope is what the queue gains in the time that passes', () => {
    const queue = new QueueDelay();
    expect(queue.slope).toBeUndefined();
    fill(queue, 0, 100, 5);
    expect(queue.slope).toBeCloseTo(0.5, 1);
    fill(queue, 1000, 100, -5, 500);
    expect(queue.slope).toBeLessThan(0);
  });

  test('a packet after a pause counts for more than one of many', () => {
    const queue = new QueueDelay();
    fill(queue, 0, 50, 0, 5);
    queue.add(105, 800);
    expect(queue.ms).toBeGreaterThan(90);
  });
});

describe('ProbeController', () => {
  const calm = {
    targetBitsPerSecond: 600_000,
    wantedBitsPerSecond: 2_000_000,
    maxBitsPerSecond: 8_000_000,
    pathIsCalm: true,
    lastDecreaseMs: 0,
  };

  test('before the path was ever full a success may raise the estimate to anything, and goes on at once', () => {
    const probes = new ProbeController(600_000);
    const first = probes.take(calm, 5_000)!;
    expect(first).toMatchObject({ bitsPerSecond: 1_800_000, ceilingBitsPerSecond: Number.POSITIVE_INFINITY });
    probes.handleResult(first.id, 1_800_000, 5_050);
    expect(probes.take(calm, 5_060)).toMatchObject({ bitsPerSecond: 3_600_000 });
  });

  test('after it was full each success is tried out with video, and allows the next a larger step', () => {
    const probes = new ProbeController(600_000);
    probes.handleDecrease(0);
    const steps: number[] = [];
    for (let nowMs = 4_000; steps.length < 4; nowMs += 100) {
      const cluster = probes.take(calm, nowMs);
      if (cluster === undefined) continue;
      steps.push(cluster.ceilingBitsPerSecond / calm.targetBitsPerSecond);
      probes.handleResult(cluster.id, cluster.bitsPerSecond, nowMs);
      expect(probes.take(calm, nowMs + 900)).toBeUndefined();
    }
    expect(steps).toEqual([1.25, 1.5, 2, 2]);
  });

  test('a rate that does not hold was no success: the next probe waits longer and steps back', () => {
    const probes = new ProbeController(600_000);
    probes.handleDecrease(0);
    const waits: number[] = [];
    let nowMs = 4_000;
    for (let n = 0; n < 4; n++) {
      let cluster = probes.take(calm, nowMs);
      const fromMs = nowMs;
      while (cluster === undefined) {
        nowMs += 100;
        cluster = probes.take(calm, nowMs);
      }
      waits.push(nowMs - fromMs);
      expect(cluster.ceilingBitsPerSecond).toBe(750_000);
      probes.handleResult(cluster.id, cluster.bitsPerSecond, nowMs);
      nowMs += 500;
      probes.handleDecrease(nowMs);
    }
    expect(waits.slice(1)).toEqual([2_300, 3_000, 3_000]);
  });
});
