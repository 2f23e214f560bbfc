import type { IceServer } from '@perch/protocol';
import { describe, expect, test } from 'vitest';
import {
  LOOK_AT_SPARE_AFTER_MS,
  MAKE_SPARE_AFTER_MS,
  RENEW_SPARE_AFTER_MS,
  SpareTransport,
} from '../src/domain/spare-transport.ts';
import { videoOffer } from '../src/domain/video-offer.ts';
import { EventLog } from './support/event-log.ts';
import { ANSWER, FakeTransports, FORMAT, ManualClock, memoryLog, settle } from './support/fakes.ts';

const VIDEO = videoOffer({ format: FORMAT, random: () => 0.5 });
const TURN: IceServer = { urls: ['turn:turn.example:3478'], username: 'u', credential: 'p' };

class Depot {
  readonly clock = new ManualClock();
  readonly transports = new FakeTransports();
  readonly memory = memoryLog();
  readonly spare = new SpareTransport(
    { openTransport: (...args) => this.transports.open(...args), clock: this.clock, log: this.memory.log },
    VIDEO,
  );

  /** Knows the ICE servers, and has a spare ready. */
  async ready(iceServers: readonly IceServer[] = [TURN]) {
    this.spare.useIceServers(iceServers);
    this.clock.advance(MAKE_SPARE_AFTER_MS);
    await settle();
    return this.transports.last;
  }

  open(iceServers: readonly IceServer[] = [TURN], video = VIDEO) {
    const log = new EventLog();
    return { log, transport: this.spare.open({ iceServers, video }, log) };
  }
}

describe('who opens', () => {
  test('gets the spare, and its offer before anything else happens', async () => {
    const depot = new Depot();
    const made = await depot.ready();
    const { log, transport } = depot.open();
    expect(log.all).toEqual([]);
    await Promise.resolve();
    expect(log.all).toEqual([{ name: 'onOffer', values: [expect.stringMatching(/^v=0/u)] }]);
    expect(depot.transports.all).toEqual([made]);
    transport.answer(ANSWER);
    expect(made.answers).toEqual([ANSWER]);
    made.open();
    made.fail('over');
    expect(log.all.slice(1)).toEqual([
      { name: 'onOpen', values: [] },
      { name: 'onClosed', values: ['over'] },
    ]);
  });

  test('gets the spare whose offer is not written yet, and the offer when it is', async () => {
    const depot = new Depot();
    depot.spare.useIceServers([TURN]);
    depot.clock.advance(MAKE_SPARE_AFTER_MS);
    const { log } = depot.open();
    await settle();
    expect(log.count('onOffer')).toBe(1);
    expect(depot.transports.all).toHaveLength(1);
  });

  test('gets a new one while there is no spare: two viewers never share one', async () => {
    const depot = new Depot();
    await depot.ready();
    const both = [depot.open(), depot.open()];
    await settle();
    expect(both.map(({ log }) => log.count('onOffer'))).toEqual([1, 1]);
    expect(depot.transports.alive).toHaveLength(2);
  });

  test('gets a new one where the ICE servers or the video are others, and the spare is dropped', async () => {
    const depot = new Depot();
    const stale = await depot.ready();
    depot.open([]);
    expect(depot.transports.last.iceServers).toEqual([]);
    expect(stale.closed).toBe(true);
    const next = await depot.ready([]);
    expect(next.iceServers).toEqual([]);
    depot.open([], { ...VIDEO });
    expect(depot.transports.last).not.toBe(next);
  });

  test('is told when none can be made, while a spare that can not be made is only logged', () => {
    const depot = new Depot();
    const open = depot.transports.open;
    const failing = depot.transports as { open: typeof open };
    failing.open = () => {
      throw new Error('no file descriptors left');
    };
    depot.spare.useIceServers([TURN]);
    depot.clock.advance(MAKE_SPARE_AFTER_MS);
    expect(depot.memory.lines).toMatchObject([{ level: 40, msg: 'no spare connection could be made' }]);
    expect(() => depot.open()).toThrow('no file descriptors left');
    failing.open = open;
    depot.clock.advance(RENEW_SPARE_AFTER_MS);
    expect(depot.transports.all).toHaveLength(1);
  });
});

describe('the spare', () => {
  test('is made a moment after the ICE servers are known, and after one was taken', async () => {
    const depot = new Depot();
    depot.clock.advance(RENEW_SPARE_AFTER_MS);
    depot.spare.useIceServers([TURN]);
    expect(depot.transports.all).toEqual([]);
    await depot.ready();
    depot.open();
    expect(depot.transports.all).toHaveLength(1);
    depot.clock.advance(MAKE_SPARE_AFTER_MS);
    expect(depot.transports.all.map(({ iceServers }) => iceServers)).toEqual([[TURN], [TURN]]);
  });

  test('is made anew when the ICE servers change, and kept when they are told again', async () => {
    const depot = new Depot();
    const first = await depot.ready();
    depot.spare.useIceServers([{ ...TURN }]);
    depot.clock.advance(MAKE_SPARE_AFTER_MS);
    expect(depot.transports.alive).toEqual([first]);
    const second = await depot.ready([]);
    expect(depot.transports.alive).toEqual([second]);
  });

  test('is renewed every five minutes; there is never more than one, and a taken one is left alone', async () => {
    const depot = new Depot();
    const taken = await depot.ready();
    depot.open();
    for (let minute = 0; minute < 60; minute++) {
      depot.clock.advance(60_000);
      expect(depot.transports.alive).toHaveLength(2);
    }
    expect(depot.transports.all.length).toBeGreaterThan(12);
    expect(taken.closed).toBe(false);
  });

  test('that found no relay is made anew, twice at most', async () => {
    const depot = new Depot();
    (await depot.ready()).lacksRelay = true;
    for (const made of [2, 3, 3, 3]) {
      depot.clock.advance(LOOK_AT_SPARE_AFTER_MS);
      expect(depot.transports.all).toHaveLength(made);
      expect(depot.transports.alive).toEqual([depot.transports.last]);
      depot.transports.last.lacksRelay = true;
    }
    depot.clock.advance(RENEW_SPARE_AFTER_MS);
    expect(depot.transports.all).toHaveLength(4);
  });

  test('is tried with relays over a stream the third time; where that gives one, all are from then on', async () => {
    const depot = new Depot();
    const over = () => depot.transports.all.map(({ relaysOverStream }) => relaysOverStream);
    (await depot.ready()).lacksRelay = true;
    depot.clock.advance(LOOK_AT_SPARE_AFTER_MS);
    depot.transports.last.lacksRelay = true;
    depot.clock.advance(LOOK_AT_SPARE_AFTER_MS);
    expect(over()).toEqual([false, false, true]);
    depot.clock.advance(LOOK_AT_SPARE_AFTER_MS);
    depot.open();
    depot.open();
    depot.clock.advance(MAKE_SPARE_AFTER_MS);
    expect(over()).toEqual([false, false, true, true, true]);
    // Until one gives none, or an hour has passed.
    depot.transports.last.lacksRelay = true;
    depot.clock.advance(LOOK_AT_SPARE_AFTER_MS);
    expect(over().at(-1)).toBe(false);
  });

  test('is tried over UDP again after an hour', async () => {
    const depot = new Depot();
    (await depot.ready()).lacksRelay = true;
    depot.clock.advance(LOOK_AT_SPARE_AFTER_MS);
    depot.transports.last.lacksRelay = true;
    depot.clock.advance(2 * LOOK_AT_SPARE_AFTER_MS);
    for (let minutes = 0; minutes < 60; minutes += 5) {
      expect(depot.transports.last.relaysOverStream).toBe(true);
      depot.clock.advance(RENEW_SPARE_AFTER_MS);
    }
    depot.clock.advance(RENEW_SPARE_AFTER_MS);
    expect(depot.transports.last.relaysOverStream).toBe(false);
  });

  test('that has its relay late is kept', async () => {
    const depot = new Depot();
    const spare = await depot.ready();
    spare.lacksRelay = true;
    depot.clock.advance(LOOK_AT_SPARE_AFTER_MS - 1);
    spare.lacksRelay = false;
    depot.clock.advance(RENEW_SPARE_AFTER_MS / 2);
    expect(depot.transports.alive).toEqual([spare]);
  });

  test('is dropped when it fails, and the next one comes later', async () => {
    const depot = new Depot();
    (await depot.ready()).fail();
    depot.clock.advance(MAKE_SPARE_AFTER_MS);
    expect(depot.transports.alive).toEqual([]);
    depot.clock.advance(RENEW_SPARE_AFTER_MS);
    expect(depot.transports.alive).toHaveLength(1);
  });

  test('ends with close, which may come twice; what is opened later is opened as always', async () => {
    const depot = new Depot();
    const spare = await depot.ready();
    depot.spare.close();
    depot.spare.close();
    expect(spare.closed).toBe(true);
    depot.open();
    depot.spare.useIceServers([]);
    depot.clock.advance(RENEW_SPARE_AFTER_MS);
    expect(depot.transports.all).toHaveLength(2);
    expect(depot.clock.timers.size).toBe(0);
  });

  test('that was taken and closed at once tells nothing', async () => {
    const depot = new Depot();
    await depot.ready();
    const { log, transport } = depot.open();
    transport.close();
    await settle();
    expect(log.all).toEqual([]);
  });
});
