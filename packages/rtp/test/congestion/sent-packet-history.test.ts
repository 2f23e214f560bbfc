import { describe, expect, test } from 'vitest';
import { SentPacketHistory } from '../../src/congestion/sent-packet-history.ts';
import { feedbackOf } from './support/feedback-of.ts';

/** The first reference time is put one wrap up, so that none is negative. */
const CLOCK_OFFSET_MS = 2 ** 24 * 64;

/** Packets of 1000 bytes, one each 10 ms from 0, numbers from `first`. */
function historyOf(count: number, first = 0) {
  const history = new SentPacketHistory();
  for (let at = 0; at < count; at++) history.handleSent((first + at) & 0xffff, 1000, at * 10);
  return history;
}

/** What it says, in order; packets are sent each at a time of its own, and arrive again each with other bytes. */
function told(history: SentPacketHistory, feedback: ReturnType<typeof feedbackOf>, lowestDelayMs = 0) {
  const news: string[] = [];
  history.handleFeedback(feedback, lowestDelayMs, {
    handleLost: (sendMs) => news.push(`lost ${sendMs}`),
    handleArrived: (sendMs) => news.push(`arrived ${sendMs}`),
    handleArrivedAgain: (bytes) => news.push(`arrived-again, ${bytes} bytes`),
  });
  return news;
}

describe('SentPacketHistory', () => {
  test('an arrival is told once, however often it is reported', () => {
    const history = historyOf(2);
    const feedback = feedbackOf(0, [50, 60]);
    expect(told(history, feedback)).toEqual(['arrived 0', 'arrived 10']);
    expect(told(history, feedback)).toEqual([]);
  });

  test('numbers go on beyond 16 bits', () => {
    const history = historyOf(4, 65_534);
    expect(told(history, feedbackOf(65_534, [50, 60, 70, 80]))).toHaveLength(4);
    expect(history.bytesInFlight).toBe(0);
  });

  test('a packet is lost when it is still missing in the feedback after the one that missed it', () => {
    const history = historyOf(4);
    expect(told(history, feedbackOf(0, [50, undefined, 70]))).toEqual(['arrived 0', 'arrived 20']);
    expect(told(history, feedbackOf(3, [80]))).toEqual(['lost 10', 'arrived 30']);
  });

  test('a packet that is only late is not lost', () => {
    const history = historyOf(4);
    told(history, feedbackOf(0, [50, undefined, 70]));
    expect(told(history, feedbackOf(1, [75, undefined, 80]))).toEqual(['arrived 10', 'arrived 30']);
  });

  test('a packet sent again was lost if only the second copy can have arrived then', () => {
    const history = historyOf(2);
    history.handleResent(0, 100);
    history.handleResent(1, 100);
    expect(told(history, feedbackOf(0, [145, 120]), CLOCK_OFFSET_MS + 40)).toEqual([
      'lost 0',
      'arrived 10',
      'arrived-again, 1000 bytes',
    ]);
  });

  test('numbers never sent, and feedback before anything was, are ignored', () => {
    expect(told(new SentPacketHistory(), feedbackOf(0, [50]))).toEqual([]);
    const history = historyOf(2);
    expect(told(history, feedbackOf(40_000, [50, undefined]))).toEqual([]);
    expect(history.bytesInFlight).toBe(2000);
  });

  test('in flight is what was sent after the newest that arrived; lost feedback does not keep it', () => {
    const history = historyOf(10);
    expect(history.bytesInFlight).toBe(10_000);
    told(history, feedbackOf(5, [50]));
    expect(history.bytesInFlight).toBe(4000);
    history.giveUpBefore(80);
    expect(history.bytesInFlight).toBe(2000);
  });

  test('arrival times go on where the reference time wraps', () => {
    const history = historyOf(2);
    const arrivals: number[] = [];
    for (const [number, referenceTimeUs] of [
      [0, (2 ** 23 - 1) * 64_000],
      [1, -(2 ** 23) * 64_000],
    ] as const) {
      history.handleFeedback(feedbackOf(number, [0], referenceTimeUs), 0, {
        handleLost: () => undefined,
        handleArrived: (_sendMs, arrivalMs) => arrivals.push(arrivalMs),
        handleArrivedAgain: () => undefined,
      });
    }
    const [before = 0, after = 0] = arrivals;
    expect(after - before).toBe(64);
  });
});
