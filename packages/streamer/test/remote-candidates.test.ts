import { expect, test } from 'vitest';
import { RemoteCandidates } from '../src/adapters/remote-candidates.ts';
import { ManualClock } from './support/fakes.ts';

const at = (address: string): string => `candidate:1 1 udp 2122260223 ${address} 50000 typ host`;

function begun() {
  const handedOn: string[] = [];
  const clock = new ManualClock();
  const candidates = new RemoteCandidates(clock, (candidate) => void handedOn.push(candidate));
  candidates.begin('password');
  return { candidates, clock, handedOn };
}

test('[WIRE10] names that browsers hide behind are looked up, a few of them', () => {
  const { candidates, handedOn } = begun();
  for (let n = 0; n < 100; n++) expect(candidates.add(at(`name-${n}.local`))).toBeUndefined();
  expect(handedOn).toHaveLength(8);
});

test.each(['camera.example', 'localhost', 'a.local.example', '1.2.3'])(
  '[WIRE10] %s is not looked up',
  (name) => {
    const { candidates, clock, handedOn } = begun();
    expect(candidates.add(at(name))).toMatchObject({ code: 'bad-candidate' });
    clock.advance(1_000);
    expect(handedOn).toEqual([]);
  },
);
