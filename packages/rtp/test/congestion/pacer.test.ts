import { describe, expect, test } from 'vitest';
import { Pacer } from '../../src/index.ts';

const MBIT = 1_000_000;

/** A pacer at 1 Mbit/s whose sent packets are noted with their times. */
function scene() {
  const pacer = new Pacer<string, string>();
  const sent: string[] = [];
  const drain = (nowMs: number, allowedBytes = Number.POSITIVE_INFINITY) =>
    pacer.drain(MBIT, allowedBytes, nowMs, {
      send: (packet, _nowMs, probe) => sent.push(probe === undefined ? packet : `${packet}*`),
      sendAgain: (packet) => sent.push(`${packet} again`),
      sendPadding: (bytes) => {
        sent.push('padding');
        return bytes;
      },
    });
  return { pacer, sent, drain };
}

describe('Pacer', () => {
  test('sends 10 ms at once and the rest at the rate', () => {
    const { pacer, sent, drain } = scene();
    for (let at = 0; at < 10; at++) pacer.enqueue(`${at}`, 1250, at === 9, 0);
    let next = drain(0);
    expect(sent).toHaveLength(1);
    while (next !== undefined && next < 50) next = drain(next);
    expect(sent.length).toBeGreaterThanOrEqual(5);
    expect(sent.length).toBeLessThanOrEqual(6);
  });

  test('packets asked for again go first', () => {
    const { pacer, sent, drain } = scene();
    pacer.enqueue('new', 100, true, 0);
    pacer.enqueueResend('old', 100, 0);
    drain(0);
    expect(sent).toEqual(['old again', 'new']);
  });

  test('sends no more than is allowed, and says when to try again', () => {
    const { pacer, sent, drain } = scene();
    pacer.enqueue('a', 100, false, 0);
    pacer.enqueue('b', 100, true, 0);
    expect(drain(0, 100)).toBe(20);
    expect(sent).toEqual(['a']);
  });

  test('what is dropped leaves the rest of a picture that has begun', () => {
    const { pacer, sent, drain } = scene();
    for (const packet of ['a1', 'a2', 'b1', 'b2']) pacer.enqueue(packet, 100, packet.endsWith('2'), 0);
    drain(0, 100);
    expect(pacer.dropQueued()).toBe(2);
    drain(20);
    expect(sent).toEqual(['a1', 'a2']);
    expect(drain(30)).toBeUndefined();
  });

  test('a probe begins with video and is filled up with padding', () => {
    const { pacer, sent, drain } = scene();
    pacer.startProbe(
      {
        id: 1,
        bitsPerSecond: 2 * MBIT,
        minBytes: 2500,
        minPackets: 4,
        ceilingBitsPerSecond: Number.POSITIVE_INFINITY,
      },
      0,
    );
    expect(drain(0)).toBeUndefined();
    pacer.enqueue('a', 1000, true, 5);
    let next = drain(5);
    while (next !== undefined) next = drain(next);
    expect(sent).toEqual(['a*', 'padding', 'padding', 'padding']);
  });

  test('tells how late the video is', () => {
    const { pacer } = scene();
    expect(pacer.queueMs(MBIT, 0)).toBe(0);
    pacer.enqueue('a', 12_500, true, 0);
    expect(pacer.queueMs(MBIT, 10)).toBe(100);
    expect(pacer.queueMs(MBIT, 300)).toBe(300);
  });
});
