import { expect, test } from 'vitest';
import { IceHosts, LOOK_UP_AGAIN_MS, RETRY_MS } from '../src/adapters/ice-hosts.ts';
import { ManualClock, settle, silentLog } from './support/fakes.ts';

function setUp() {
  const clock = new ManualClock();
  const asked: { hostname: string; answer: (address: string) => void; fail: () => void }[] = [];
  const lookUp = (hostname: string) =>
    new Promise<string>((answer, reject) => {
      asked.push({ hostname, answer, fail: () => reject(new Error('EAI_AGAIN')) });
    });
  const hosts = new IceHosts({ lookUp, clock, log: silentLog });
  return { clock, asked, hosts };
}

test('a name is looked up once for everyone, and handed on as it is until the answer is in', async () => {
  const { hosts, asked } = setUp();
  expect(hosts.find('turn.example')).toBe('turn.example');
  expect(hosts.find('turn.example')).toBe('turn.example');
  expect(asked.map(({ hostname }) => hostname)).toEqual(['turn.example']);
  asked[0]?.answer('203.0.113.7');
  await settle();
  expect(hosts.find('turn.example')).toBe('203.0.113.7');
  expect(asked).toHaveLength(1);
});

test('a name without an address is left out, and asked for again a while later', async () => {
  const { hosts, asked, clock } = setUp();
  hosts.find('turn.example');
  asked[0]?.fail();
  await settle();
  expect(hosts.find('turn.example')).toBeUndefined();
  clock.advance(RETRY_MS - 1);
  expect(hosts.find('turn.example')).toBeUndefined();
  expect(asked).toHaveLength(1);
  clock.advance(1);
  expect(hosts.find('turn.example')).toBeUndefined();
  expect(hosts.find('turn.example')).toBeUndefined();
  expect(asked).toHaveLength(2);
  asked[1]?.answer('203.0.113.7');
  await settle();
  expect(hosts.find('turn.example')).toBe('203.0.113.7');
});

test('an address is looked up again from time to time, and kept while that fails', async () => {
  const { hosts, asked, clock } = setUp();
  hosts.find('turn.example');
  asked[0]?.answer('203.0.113.7');
  await settle();
  clock.advance(LOOK_UP_AGAIN_MS);
  expect(hosts.find('turn.example')).toBe('203.0.113.7');
  asked[1]?.fail();
  await settle();
  expect(hosts.find('turn.example')).toBe('203.0.113.7');
  clock.advance(RETRY_MS);
  hosts.find('turn.example');
  asked[2]?.answer('203.0.113.8');
  await settle();
  expect(hosts.find('turn.example')).toBe('203.0.113.8');
});
