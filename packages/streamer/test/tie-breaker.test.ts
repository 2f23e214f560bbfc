import { describe, expect, test } from 'vitest';
import { withTieBreaker } from '../src/adapters/tie-breaker.ts';
import { CONTROLLED, CONTROLLING, check, PASSWORD, PRIORITY } from './support/stun.ts';

describe('a check', () => {
  test.each([
    ['ICE-CONTROLLED', CONTROLLED],
    ['ICE-CONTROLLING', CONTROLLING],
  ])(
    'whose %s is 0 gets another tie-breaker, and is signed and summed as if it had been sent so',
    (_, role) => {
      expect(withTieBreaker(check(role, 0n), PASSWORD)).toEqual(check(role, 1n));
    },
  );

  test.each([
    ['that has a tie-breaker', check(CONTROLLED, 0x0102_0304_0506_0708n)],
    ['that has neither role', check(PRIORITY, 0n)],
    ['whose answer it is', check(CONTROLLED, 0n, 0x0101)],
    ['that is cut short', check(CONTROLLED, 0n).subarray(0, -1)],
    [
      'whose length points past its end',
      Buffer.concat([check(CONTROLLED, 0n).subarray(0, 22), Buffer.alloc(40, 0xff)]),
    ],
    ['that is DTLS', Buffer.from('16fefd0000000000000000', 'hex')],
    ['that is empty', Buffer.alloc(0)],
  ])('%s is passed on as it is', (_, packet) => {
    expect(withTieBreaker(packet, PASSWORD)).toBe(packet);
  });
});
