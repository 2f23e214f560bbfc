import { describe, expect, test } from 'vitest';
import { BREAKER, BUDGET, REQUEST_TIMEOUT_MS, TurnUpstream } from '../../src/domain/turn/turn-upstream.ts';
import { ManualScheduler } from '../support/manual-scheduler.ts';
import { failed, ScriptedTurn, settle } from '../support/scripted-turn.ts';

const REQUEST = { id: 'a', ttlSeconds: 600 };

function setUp(random = 0.5) {
  const scheduler = new ManualScheduler();
  const provider = new ScriptedTurn();
  const events: string[] = [];
  const upstream = new TurnUpstream({
    provider,
    scheduler,
    random: () => random,
    report: (event) => events.push(event.type === 'breaker' ? `breaker ${event.state}` : event.type),
  });
  /** One request with all that belongs to it. */
  const mint = async () => {
    const result = upstream.mint(REQUEST);
    await settle();
    scheduler.advance(500);
    await settle();
    return await result;
  };
  return { scheduler, provider, events, upstream, mint };
}

/** Fails until the breaker opens. */
async function setUpOpen() {
  const world = setUp();
  world.provider.mints = failed('unavailable', 'an outage');
  while (!world.events.includes('breaker open')) {
    const permit = world.upstream.permit();
    if (permit.ok) await world.mint();
    else world.scheduler.advance(permit.retryInMs!);
  }
  return world;
}

describe('a request', () => {
  test.each(['unavailable', 'timeout', 'malformed'] as const)(
    'that ends as %s is made once more',
    async (why) => {
      const { provider, mint, events } = setUp();
      provider.mints = failed(why);
      expect(await mint()).toMatchObject({ ok: false, why });
      expect(provider.asked.length).toBe(2);
      expect(events).toEqual(['mint-failed']);
    },
  );

  test.each(['refused', 'limited'] as const)('that is %s is not made again', async (why) => {
    const { provider, mint } = setUp();
    provider.mints = failed(why);
    await mint();
    expect(provider.asked.length).toBe(1);
  });

  test('that works the second time has not failed', async () => {
    const { provider, upstream, scheduler, events } = setUp();
    provider.mints = 'throws';
    const result = upstream.mint(REQUEST);
    await settle();
    provider.mints = 'works';
    scheduler.advance(250);
    expect(await result).toMatchObject({ ok: true });
    expect(events).toEqual(['minted']);
  });

  test('that hangs is given up after 3 s, even when it ignores its signal', async () => {
    const { provider, upstream, scheduler } = setUp();
    provider.mints = 'hangs';
    const result = upstream.mint(REQUEST);
    scheduler.advance(REQUEST_TIMEOUT_MS);
    await settle();
    expect(provider.signals[0]?.aborted).toBe(true);
    scheduler.advance(250);
    await settle();
    scheduler.advance(REQUEST_TIMEOUT_MS);
    expect(await result).toMatchObject({ ok: false, why: 'timeout', reason: expect.stringContaining('3 s') });
  });

  test('after one that failed there is a pause, longer each time', async () => {
    const { provider, mint, upstream, scheduler } = setUp();
    provider.mints = failed('limited', 'too much');
    for (const retryInMs of [500, 1000, 2000]) {
      await upstream.mint(REQUEST);
      expect(upstream.permit()).toEqual({ ok: false, reason: 'too much', retryInMs });
      scheduler.advance(retryInMs);
      expect(upstream.permit()).toEqual({ ok: true });
    }
    provider.mints = 'works';
    await mint();
    expect(upstream.permit()).toEqual({ ok: true });
    expect(upstream.failure).toBeUndefined();
  });

  test('the least jitter does not become a loop without a pause', async () => {
    const { provider, upstream } = setUp(0);
    provider.mints = failed('refused');
    await upstream.mint(REQUEST);
    expect(upstream.permit()).toMatchObject({ ok: false, retryInMs: 250 });
  });
});

describe('the circuit breaker', () => {
  test('opens after five failures in a row, and then nobody is asked for 30 s', async () => {
    const { provider, upstream, scheduler } = await setUpOpen();
    expect(provider.asked.length).toBe(BREAKER.failures);
    const permit = upstream.permit();
    expect(permit).toMatchObject({ ok: false, reason: 'an outage' });
    scheduler.advance(BREAKER.openMs - 1000);
    expect(upstream.permit().ok).toBe(false);
    scheduler.advance(1000);
    expect(upstream.permit()).toEqual({ ok: true });
  });

  test('then lets one through: where that fails, 30 s more', async () => {
    const { provider, upstream, scheduler, mint, events } = await setUpOpen();
    scheduler.advance(BREAKER.openMs);
    provider.mints = 'hangs';
    void upstream.mint(REQUEST);
    expect(upstream.permit()).toMatchObject({ ok: false, retryInMs: undefined });
    scheduler.advance(REQUEST_TIMEOUT_MS);
    await settle();
    expect(events.slice(-2)).toEqual(['breaker open', 'mint-failed']);
    expect(provider.asked.length).toBe(BREAKER.failures + 1);
    provider.mints = 'works';
    scheduler.advance(BREAKER.openMs);
    expect(await mint()).toMatchObject({ ok: true });
    expect(events.slice(-3)).toEqual(['breaker half-open', 'breaker closed', 'minted']);
    expect(upstream.permit()).toEqual({ ok: true });
  });
});

describe('the budget', () => {
  test('holds back more than so many at a time', () => {
    const { provider, upstream } = setUp();
    provider.mints = 'hangs';
    for (let n = 0; n < BUDGET.inFlight; n++) {
      expect(upstream.permit().ok).toBe(true);
      void upstream.mint(REQUEST);
    }
    expect(upstream.permit()).toMatchObject({ ok: false, retryInMs: undefined });
  });

  test('holds back more than so many a minute, and says when the next is due', async () => {
    const { upstream, scheduler, provider } = setUp();
    while (upstream.permit().ok) await upstream.mint(REQUEST);
    expect(provider.asked.length).toBe(BUDGET.perMinute);
    const permit = upstream.permit();
    expect(permit).toMatchObject({ ok: false, reason: expect.stringContaining('too many') });
    scheduler.advance(60_000 / BUDGET.perMinute);
    expect(upstream.permit()).toEqual({ ok: true });
  });
});

test('closing ends a request and its retry', async () => {
  const { provider, upstream, scheduler, events } = setUp();
  provider.mints = failed();
  const retrying = upstream.mint(REQUEST);
  await settle();
  provider.mints = 'hangs';
  const asking = upstream.mint(REQUEST);
  upstream.close();
  await Promise.all([retrying, asking]);
  expect(scheduler.nextInMs).toBeUndefined();
  expect(events).toEqual([]);
});
