import { describe, expect, test } from 'vitest';
import { noIceServers, stunOnly } from '../src/domain/fixed-ice-servers.ts';
import { PUBLIC_STUN_URLS } from '../src/domain/ice-server-source.ts';
import {
  MINT_TIMEOUT_MS,
  type MintResult,
  TURN_TTL_MS,
  TurnCredentials,
  type TurnMint,
} from '../src/domain/turn-credentials.ts';
import { ManualScheduler } from './support/manual-scheduler.ts';

const turn = (username: string) => ({ urls: ['turn:turn.example.org:3478'], username, credential: 'c' });
const minted = (username: string): MintResult => ({ ok: true, iceServers: [turn(username)] });
const failed = (reason: string): MintResult => ({ ok: false, reason });
const STUN_ALONE = [{ urls: PUBLIC_STUN_URLS }];
const HALF = TURN_TTL_MS / 2;

/** Answers what the test queued, and counts. */
class ScriptedMint implements TurnMint {
  readonly asked: { readonly ttlSeconds: number; readonly signal: AbortSignal }[] = [];
  readonly #answers: (MintResult | Promise<MintResult>)[];

  constructor(...answers: (MintResult | Promise<MintResult>)[]) {
    this.#answers = answers;
  }

  async mint(ttlSeconds: number, signal: AbortSignal): Promise<MintResult> {
    this.asked.push({ ttlSeconds, signal });
    const answer = await this.#answers.shift();
    if (answer === undefined) throw new Error('nothing queued');
    return answer;
  }
}

function setUp(mint: TurnMint, random = 0.5) {
  const scheduler = new ManualScheduler();
  const reports: (string | undefined)[] = [];
  let wake = () => {};
  const report = (failure: string | undefined) => {
    reports.push(failure);
    wake();
  };
  const credentials = new TurnCredentials({ mint, scheduler, random: () => random, report });
  /** Turns the clock, and waits for the attempt that this starts. */
  const attemptAfter = async (ms: number) => {
    const reported = new Promise<void>((resolve) => {
      wake = resolve;
    });
    scheduler.advance(ms);
    await reported;
  };
  return { scheduler, reports, credentials, attemptAfter };
}

describe('TURN credentials', () => {
  test('one request serves everyone until half of its life, then a new one is made', async () => {
    const mint = new ScriptedMint(minted('first'), minted('second'));
    const { credentials, attemptAfter, scheduler } = setUp(mint);
    await credentials.start();
    for (let n = 0; n < 100; n++) {
      expect(credentials.current()).toEqual({
        iceServers: [{ urls: PUBLIC_STUN_URLS }, turn('first')],
        available: true,
      });
    }
    expect(mint.asked.map(({ ttlSeconds }) => ttlSeconds)).toEqual([7200]);
    expect(scheduler.nextInMs).toBe(HALF);
    await attemptAfter(HALF);
    expect(credentials.current().iceServers).toContainEqual(turn('second'));
  });

  test('[ICE3] without credentials there is STUN alone, and a reason', async () => {
    const { credentials, reports } = setUp(new ScriptedMint(failed('no luck')));
    expect(credentials.current()).toMatchObject({ iceServers: STUN_ALONE, available: false });
    await credentials.start();
    expect(credentials.current()).toEqual({ iceServers: STUN_ALONE, available: false, reason: 'no luck' });
    expect(reports).toEqual(['no luck']);
  });

  test('[ICE3] credentials are kept through failures until they expire, then STUN alone', async () => {
    const failures = Array.from({ length: 40 }, () => failed('outage'));
    const { credentials, attemptAfter, scheduler } = setUp(new ScriptedMint(minted('first'), ...failures), 1);
    await credentials.start();
    const startMs = scheduler.now();
    while (scheduler.now() - startMs < TURN_TTL_MS - 10 * 60_000) {
      expect(credentials.current()).toMatchObject({ available: true });
      await attemptAfter(scheduler.nextInMs!);
    }
    scheduler.advance(0);
    while (scheduler.now() - startMs < TURN_TTL_MS) await attemptAfter(scheduler.nextInMs!);
    expect(credentials.current()).toEqual({ iceServers: STUN_ALONE, available: false, reason: 'outage' });
  });

  test('retries back off with full jitter up to five minutes, and start over after a success', async () => {
    const failures = Array.from({ length: 9 }, () => failed('x'));
    const mint = new ScriptedMint(...failures, minted('a'), failed('x'));
    const { credentials, attemptAfter, scheduler } = setUp(mint, 0.5);
    await credentials.start();
    const delays: number[] = [];
    for (let n = 0; n < 9; n++) {
      delays.push(scheduler.nextInMs! / 1000);
      await attemptAfter(scheduler.nextInMs!);
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 150]);
    await attemptAfter(HALF);
    expect(scheduler.nextInMs).toBe(1000);
  });

  test('the least jitter does not become a loop without a pause', async () => {
    const { credentials, scheduler } = setUp(new ScriptedMint(failed('x')), 0);
    await credentials.start();
    expect(scheduler.nextInMs).toBe(500);
  });

  test('a service that does not answer is given up after 3 s, even when it ignores its signal', async () => {
    const mint = new ScriptedMint(new Promise(() => {}));
    const { credentials, scheduler } = setUp(mint);
    const started = credentials.start();
    scheduler.advance(MINT_TIMEOUT_MS);
    await started;
    expect(mint.asked[0]?.signal.aborted).toBe(true);
    expect(credentials.current()).toMatchObject({ available: false, reason: expect.stringContaining('3 s') });
  });

  test('a mint that throws is a failure like another', async () => {
    const { credentials } = setUp(new ScriptedMint());
    await credentials.start();
    expect(credentials.current()).toMatchObject({ available: false });
  });

  test('close ends the request under way and every timer', async () => {
    const mint = new ScriptedMint(new Promise(() => {}));
    const { credentials, scheduler, reports } = setUp(mint);
    const started = credentials.start();
    credentials.close();
    await started;
    expect(mint.asked[0]?.signal.aborted).toBe(true);
    expect(scheduler.nextInMs).toBeUndefined();
    expect(reports).toEqual([]);
  });

  test('[ICE1] without a service: none is an empty list, stun is public STUN', () => {
    expect(noIceServers.current()).toMatchObject({ iceServers: [], available: false });
    expect(stunOnly.current()).toMatchObject({ iceServers: STUN_ALONE, available: false });
  });
});
