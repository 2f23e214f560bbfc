import { describe, expect, test } from 'vitest';
import { FIRST_AIM } from '../../src/domain/turn/credential-stock.ts';
import { PUBLIC_STUN_URLS } from '../../src/domain/turn/ice-session.ts';
import { MAX_WAITING } from '../../src/domain/turn/revocations.ts';
import { BREAKER } from '../../src/domain/turn/turn-upstream.ts';
import { failed, HALF_MS, settle, setUpTurn, TTL_SECONDS, usernameOf } from '../support/scripted-turn.ts';

const STUN_ALONE = [{ urls: PUBLIC_STUN_URLS }];

async function setUpStarted(...options: Parameters<typeof setUpTurn>) {
  const world = setUpTurn(...options);
  void world.source.start();
  await settle();
  return world;
}

describe('credentials of a session', () => {
  test('[ICE5] each session has its own, at once, minted before it came', async () => {
    const { open, turn } = await setUpStarted();
    const minted = turn.asked.length;
    const states = [open(), open(), open('broadcaster')].map(({ session }) => session.current);
    expect(turn.asked.length).toBe(minted + 4); // For whoever comes next, and for the broadcaster for longer.
    expect(states.map(({ available }) => available)).toEqual([true, true, true]);
    expect(new Set(states.map(usernameOf)).size).toBe(3);
    expect(states[0]?.iceServers[0]?.urls).toEqual(PUBLIC_STUN_URLS);
    expect(states[0]?.ttlSeconds).toBe(TTL_SECONDS);
  });

  test('[ICE5] a session that finds none starts with STUN and a reason, and is told of TURN when there is some', async () => {
    const { open, turn } = await setUpStarted('waits');
    const { session, renewed } = open();
    expect(session.current).toEqual({
      iceServers: STUN_ALONE,
      available: false,
      reason: 'TURN credentials have not been fetched yet',
    });
    turn.answer();
    await settle();
    expect(renewed).toMatchObject([{ available: true, ttlSeconds: TTL_SECONDS }]);
    expect(session.current).toEqual(renewed[0]);
  });

  test('[ICE6] they are renewed at half of their life, for as long as the session lives', async () => {
    const { open, turn, advance } = await setUpStarted();
    const { session, renewed } = open();
    for (let n = 1; n <= 6; n++) {
      await advance(HALF_MS);
      expect(renewed.length).toBe(n);
      expect(session.current.ttlSeconds).toBe(TTL_SECONDS);
    }
    expect(new Set(renewed.map(usernameOf)).size).toBe(1); // One id a session, and the fake makes names of ids.
    session.close('gone');
    const asked = turn.asked.filter(({ id }) => `user-${id}` === usernameOf(renewed[0]!)).length;
    await advance(HALF_MS * 4);
    expect(renewed.length).toBe(6);
    expect(turn.asked.filter(({ id }) => `user-${id}` === usernameOf(renewed[0]!)).length).toBe(asked);
  });

  test('[ICE6] a broadcaster is given twice the life', async () => {
    const { open, turn } = await setUpStarted('waits');
    const { session } = open('broadcaster');
    turn.answer();
    await settle();
    expect(session.current.ttlSeconds).toBe(TTL_SECONDS * 2);
  });

  test('[ICE6] a broadcaster that starts with what is in stock is given twice the life at once', async () => {
    const { open } = await setUpStarted();
    const { session, renewed } = open('broadcaster');
    expect(session.current).toMatchObject({ available: true, ttlSeconds: TTL_SECONDS });
    await settle();
    expect(renewed.map(({ ttlSeconds }) => ttlSeconds)).toEqual([TTL_SECONDS * 2]);
  });

  test('what has been in stock for half of its life is thrown away, and no more is kept than is used', async () => {
    const { turn, advance, scheduler, open } = await setUpStarted();
    expect(turn.asked.length).toBe(FIRST_AIM);
    for (let n = 0; n < 20; n++) await advance(HALF_MS);
    const before = turn.asked.length;
    await advance(HALF_MS);
    expect(turn.asked.length - before).toBe(1);
    expect(scheduler.nextInMs).toBe(HALF_MS);
    await advance(HALF_MS - 1000);
    expect(open().session.current.ttlSeconds).toBeGreaterThanOrEqual(TTL_SECONDS / 2);
  });

  test('when the service fails they are kept until they end, then STUN alone, and TURN again when it works', async () => {
    const { open, turn, pass, count } = await setUpStarted();
    const { session, renewed } = open();
    turn.mints = failed('unavailable', 'an outage');
    await pass(TTL_SECONDS * 900 - 1000, 1000);
    expect(session.current.available).toBe(true);
    expect(renewed).toEqual([]);
    await pass(2000);
    expect(renewed).toEqual([{ iceServers: STUN_ALONE, available: false, reason: 'an outage' }]);
    expect(count('without-turn')).toBe(1);
    turn.mints = 'works';
    await pass(BREAKER.openMs);
    expect(renewed.at(-1)).toMatchObject({ available: true, ttlSeconds: TTL_SECONDS });
    expect(renewed.length).toBe(2);
  });

  test('thousands of sessions cost one timer and one mint each, within the budget', async () => {
    const { open, source, pass, scheduler, turn } = await setUpStarted();
    const sessions = Array.from({ length: 2000 }, () => open());
    expect(sessions.filter(({ session }) => session.current.available).length).toBe(FIRST_AIM);
    await pass(60_000, 1000);
    expect(sessions.every(({ session }) => session.current.available)).toBe(true);
    expect(turn.asked.length).toBeLessThan(2000 + 100);
    source.close();
    for (const { session } of sessions) session.close('media-goes-on');
    expect(scheduler.nextInMs).toBeUndefined();
  });
});

describe('leaving', () => {
  test('[ICE7] the credentials of who has left are revoked, old ones too', async () => {
    const { open, turn, advance, count } = await setUpStarted();
    const { session } = open();
    const first = usernameOf(session.current);
    await advance(HALF_MS);
    const second = usernameOf(session.current);
    session.close('gone');
    session.close('gone');
    await settle();
    expect(turn.revoked).toEqual([first, second]);
    expect(count('revoked')).toBe(2);
  });

  test('[ICE7] who may be back keeps what its media goes on with', async () => {
    const { open, turn } = await setUpStarted();
    open().session.close('media-goes-on');
    await settle();
    expect(turn.revoked).toEqual([]);
  });

  test('what is minted for who has left meanwhile is revoked', async () => {
    const { open, turn } = await setUpStarted('waits');
    const { session, renewed } = open();
    session.close('gone');
    turn.answer();
    await settle();
    expect(renewed).toEqual([]);
    expect(turn.revoked.length).toBe(1);
  });

  test('a service that does not revoke costs a bounded queue, and no session waits', async () => {
    const { open, turn, advance, pass, events } = await setUpStarted();
    turn.revokes = 'hangs';
    const sessions = Array.from({ length: MAX_WAITING + 50 }, () => open());
    await pass(30_000);
    for (const { session } of sessions) session.close('gone');
    expect(turn.revoked.length).toBe(4);
    expect(events.filter((event) => event.type === 'revoke-failed' && event.why === 'too-many').length).toBe(
      46,
    );
    turn.revokes = 'fails';
    await advance(3000);
    for (let n = 0; n < 20; n++) await settle();
    expect(events.filter(({ type }) => type === 'revoke-failed').length).toBe(MAX_WAITING + 50);
  });

  test('closing ends requests and timers, revokes nothing, and tells nobody anything', async () => {
    const { open, source, turn, scheduler, events } = setUpTurn('hangs');
    const started = source.start();
    const { session, renewed } = open();
    const before = events.length;
    source.close();
    await started;
    session.close('gone');
    await settle();
    expect(turn.signals.every(({ aborted }) => aborted)).toBe(true);
    expect(scheduler.nextInMs).toBeUndefined();
    expect(turn.revoked).toEqual([]);
    expect(renewed).toEqual([]);
    expect(events.length).toBe(before);
  });
});

describe('what /health and /turn-credentials say', () => {
  test('[ICE3] without credentials: STUN alone, and the reason', async () => {
    const { source } = await setUpStarted(failed('refused', 'a wrong key'));
    expect(source.state).toEqual({ available: false, reason: 'a wrong key' });
    expect((await source.once()).current).toEqual({
      iceServers: STUN_ALONE,
      available: false,
      reason: 'a wrong key',
    });
  });

  test('with credentials: TURN for two hours, as an old client does not come back for more', async () => {
    const { source, turn } = await setUpStarted();
    expect(source.state).toEqual({ available: true });
    expect((await source.once()).current).toMatchObject({ available: true, ttlSeconds: 7200 });
    expect(turn.asked.at(-1)?.ttlSeconds).toBe(7200);
  });

  test('when the service is tried with a request over HTTP, the sessions that wait are served after it', async () => {
    const { source, open, turn, advance } = await setUpStarted();
    turn.mints = failed('refused', 'an outage');
    for (let n = 0; n < BREAKER.failures; n++) {
      await source.once();
      await advance(10_000);
    }
    await advance(BREAKER.openMs);
    turn.mints = 'waits';
    const trial = source.once();
    const sessions = Array.from({ length: FIRST_AIM + 1 }, () => open());
    expect(sessions.at(-1)?.session.current.available).toBe(false);
    turn.mints = 'works';
    turn.answer();
    expect((await trial).current.available).toBe(true);
    await settle();
    expect(sessions.at(-1)?.renewed).toMatchObject([{ available: true }]);
  });

  test('whoever asks over HTTP leaves half of the budget to those who join', async () => {
    const { source, open } = await setUpStarted();
    const ask = () => source.once().then(({ current }) => current);
    const states = await Promise.all(Array.from({ length: 15 }, ask));
    for (let n = 0; n < 1000; n++) states.push(await ask());
    expect(states.at(-1)).toMatchObject({ available: false, reason: expect.stringContaining('too many') });
    expect(states.filter(({ available }) => available).length).toBeLessThan(610);
    expect(open().session.current.available).toBe(true);
    expect((await source.once(true)).current.available).toBe(true);
  });
});
