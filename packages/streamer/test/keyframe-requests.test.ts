import { describe, expect, test } from 'vitest';
import { KeyframeRequests, MIN_LOSS_INTERVAL_MS } from '../src/domain/keyframe-requests.ts';
import { ManualClock } from './support/fakes.ts';

function start() {
  const clock = new ManualClock();
  const asked: number[] = [];
  const requests = new KeyframeRequests(clock, () => asked.push(clock.nowMs()));
  return { clock, asked, requests };
}

describe('asking the encoder for keyframes', () => {
  test('the first loss asks at once', () => {
    const { requests, asked } = start();
    requests.requestForLoss();
    expect(asked).toHaveLength(1);
  });

  test('many losses share one keyframe a second', () => {
    const { requests, clock, asked } = start();
    const keyframesAt: number[] = [];
    for (let n = 0; n < 300; n++) {
      clock.advance(10);
      const before = asked.length;
      requests.requestForLoss();
      const keyframe = asked.length > before;
      requests.handlePicture(keyframe);
      if (keyframe) keyframesAt.push(clock.nowMs());
    }
    expect(keyframesAt).toEqual([5_010, 6_010, 7_010]);
  });

  test('a loss soon after a keyframe is answered when the second is over, without being told again', () => {
    const { requests, clock, asked } = start();
    requests.handlePicture(true);
    requests.requestForLoss();
    expect(asked).toEqual([]);
    clock.advance(MIN_LOSS_INTERVAL_MS - 1);
    requests.handlePicture(false);
    expect(asked).toEqual([]);
    clock.advance(1);
    requests.handlePicture(false);
    expect(asked).toHaveLength(1);
  });

  test('a keyframe that came by itself answers the loss', () => {
    const { requests, clock, asked } = start();
    requests.handlePicture(true);
    requests.requestForLoss();
    clock.advance(500);
    requests.handlePicture(true);
    clock.advance(5_000);
    requests.handlePicture(false);
    expect(asked).toEqual([]);
  });

  test('a request that the encoder lost is made again with the next picture', () => {
    const { requests, asked } = start();
    requests.requestForLoss();
    requests.handlePicture(false);
    expect(asked).toHaveLength(2);
  });

  test('a new viewer does not wait for the second to pass', () => {
    const { requests, asked } = start();
    requests.handlePicture(true);
    requests.requestForNewViewer();
    expect(asked).toHaveLength(1);
  });
});
