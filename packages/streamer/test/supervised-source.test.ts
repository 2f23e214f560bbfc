import { describe, expect, test } from 'vitest';
import { StreamerError } from '../src/domain/streamer-error.ts';
import { SupervisedSource } from '../src/domain/supervised-source.ts';
import type { VideoSource } from '../src/domain/video-source.ts';
import { ViewerConnection } from '../src/domain/viewer-connection.ts';
import { type FakeSource, FakeSources, picture, Studio, settle, silentLog } from './support/fakes.ts';

class Stage {
  readonly studio = new Studio();
  readonly sources = new FakeSources();
  readonly told: string[] = [];
  readonly supervised = new SupervisedSource({
    open: this.sources.open,
    broadcast: this.studio.broadcast,
    clock: this.studio.clock,
    random: () => 1,
    log: silentLog,
    onCameraState: (state) => this.told.push(state),
  });

  get last(): FakeSource {
    return this.sources.all.at(-1)!;
  }

  async advance(ms: number) {
    this.studio.clock.advance(ms);
    await settle();
  }

  /** Nothing runs, nothing waits. */
  expectNothingLeft() {
    expect(this.supervised.state).toBe('closed');
    expect(this.studio.clock.timers.size).toBe(0);
    expect(this.sources.all.filter(({ closed }) => !closed)).toEqual([]);
  }
}

/** A promise that the test settles. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((...both) => {
    [resolve, reject] = both;
  });
  return { promise, resolve, reject };
}

describe('a source that is kept running', () => {
  test('its pictures go to the broadcast', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    expect(stage.supervised.state).toBe('running');
    stage.last.events.onPicture(picture(0, { keyframe: true }));
    expect(stage.studio.broadcast.newestKeyframe).toBeDefined();
  });

  test('[STATE1] [STATE5] tells that it is restarting, once, and that it is live with the first keyframe', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    expect(stage.told).toEqual([]);
    stage.last.events.onPicture(picture(0, { keyframe: true }));
    expect(stage.told).toEqual(['live']);
    stage.last.events.onEnded('gone');
    stage.sources.next.push(() => Promise.reject(new Error('not yet')));
    await stage.advance(20_000);
    await stage.advance(20_000);
    expect(stage.sources.all).toHaveLength(3);
    expect(stage.told).toEqual(['live', 'camera-restarting']);
    stage.last.events.onPicture(picture(1));
    expect(stage.told).toEqual(['live', 'camera-restarting']);
    stage.last.events.onPicture(picture(2, { keyframe: true }));
    stage.last.events.onPicture(picture(3, { keyframe: true }));
    expect(stage.told).toEqual(['live', 'camera-restarting', 'live']);
  });

  test('the first opening that fails rejects start and is not tried again', async () => {
    const stage = new Stage();
    stage.sources.next.push(() => Promise.reject(new StreamerError('source-failed', 'no such file')));
    await expect(stage.supervised.start()).rejects.toThrow('no such file');
    await stage.advance(60_000);
    expect(stage.sources.all).toHaveLength(1);
    await stage.supervised.close();
    expect(stage.studio.clock.timers.size).toBe(0);
  });

  test('when it ends it is opened again after pauses that grow up to a bound', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    const pauses: number[] = [];
    for (let n = 0; n < 6; n++) {
      const before = stage.studio.clock.nowMs();
      stage.last.events.onEnded('it ended');
      expect(stage.supervised.state).toBe('pausing');
      const [timer] = stage.studio.clock.timers;
      pauses.push(timer!.at - before);
      await stage.advance(pauses.at(-1)!);
      expect(stage.supervised.state).toBe('running');
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  test('one that ran for ten seconds starts again with the shortest pause', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    for (const pauseMs of [500, 1_000, 2_000]) {
      stage.last.events.onEnded('it ended');
      await stage.advance(pauseMs);
    }
    await stage.advance(10_000);
    stage.last.events.onEnded('it ended');
    await stage.advance(500);
    expect(stage.supervised.state).toBe('running');
  });

  test('a later opening that fails is tried again', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    stage.sources.next.push(() => Promise.reject(new Error('busy')));
    stage.last.events.onEnded('it ended');
    await stage.advance(500);
    expect(stage.supervised.state).toBe('pausing');
    await stage.advance(1_000);
    expect(stage.supervised.state).toBe('running');
    expect(stage.sources.all).toHaveLength(3);
  });

  test('viewers stay connected and go on with the first keyframe of the next one', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    const { broadcast, clock, transports } = stage.studio;
    const viewer = new ViewerConnection(
      { broadcast, clock, openTransport: transports.open, random: () => 0 },
      [],
      { onOffer: () => {}, onAnswer: () => {}, onCandidate: () => {}, onOpen: () => {}, onEnded: () => {} },
    );
    transports.last.open();
    stage.last.events.onPicture(picture(0, { keyframe: true }));
    stage.last.events.onEnded('it ended');
    await stage.advance(500);
    stage.last.events.onPicture(picture(700, { keyframe: true }));
    expect(viewer.state).toBe('live');
    expect(transports.last.rtp.filter(({ marker }) => marker)).toHaveLength(2);
  });

  test('one that ends while it is being opened is opened again', async () => {
    const stage = new Stage();
    stage.sources.next.push((source) => {
      source.events.onEnded('at once');
      return Promise.resolve(source);
    });
    await stage.supervised.start();
    expect(stage.supervised.state).toBe('pausing');
    await stage.advance(500);
    expect(stage.supervised.state).toBe('running');
    expect(stage.sources.all).toHaveLength(2);
  });

  test('one that ended is closed, so that nothing of it is left beside the next', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    const first = stage.last;
    first.events.onEnded('it ended');
    await stage.advance(500);
    expect([first.closed, stage.last.closed]).toEqual([true, false]);
  });

  test('one that ends slowly is waited for, however long the pause: two would fight for the camera', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    const ending = deferred<void>();
    stage.last.close = () => ending.promise;
    stage.last.events.onEnded('no picture for 2 s');
    await stage.advance(500);
    expect(stage.supervised.state).toBe('pausing');
    await stage.advance(60_000);
    expect(stage.sources.all).toHaveLength(1);
    ending.resolve();
    await settle();
    expect(stage.supervised.state).toBe('running');
    expect(stage.sources.all).toHaveLength(2);
  });

  test('what an old one says late does not disturb the new one', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    const old = stage.last;
    old.events.onEnded('it ended');
    await stage.advance(500);
    old.events.onEnded('it ended');
    old.events.onPicture(picture(0, { keyframe: true }));
    expect(stage.supervised.state).toBe('running');
    expect(stage.studio.clock.timers.size).toBe(0);
    expect(stage.studio.broadcast.newestKeyframe).toBeUndefined();
    expect(stage.last.closed).toBe(false);
  });
});

describe('close', () => {
  test('while it is being opened the first time, leaves nothing', async () => {
    const stage = new Stage();
    const opening = deferred<VideoSource>();
    stage.sources.next.push(() => opening.promise);
    const started = stage.supervised.start();
    const closed = stage.supervised.close();
    opening.resolve(stage.last);
    await Promise.all([started, closed]);
    stage.expectNothingLeft();
  });

  test('while it is being opened again, leaves nothing, whether that works or fails', async () => {
    for (const fails of [false, true]) {
      const stage = new Stage();
      await stage.supervised.start();
      const opening = deferred<VideoSource>();
      stage.sources.next.push(() => opening.promise);
      stage.last.events.onEnded('it ended');
      await stage.advance(500);
      const closed = stage.supervised.close();
      if (fails) opening.reject(new Error('busy'));
      else opening.resolve(stage.last);
      await closed;
      if (fails) stage.last.closed = true; // It never came to be.
      stage.expectNothingLeft();
    }
  });

  test('during a pause, leaves nothing', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    stage.last.events.onEnded('it ended');
    await stage.supervised.close();
    stage.expectNothingLeft();
  });

  test('after a pause, with the old one still ending, opens no other', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    const ending = deferred<void>();
    const old = stage.last;
    old.close = async () => {
      await ending.promise;
      old.closed = true;
    };
    old.events.onEnded('no picture for 2 s');
    await stage.advance(500);
    const closed = stage.supervised.close();
    ending.resolve();
    await closed;
    await settle();
    expect(stage.sources.all).toHaveLength(1);
    stage.expectNothingLeft();
  });

  test('while it runs, ends the source; its late pictures go nowhere', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    await stage.supervised.close();
    stage.last.events.onPicture(picture(0, { keyframe: true }));
    stage.last.events.onEnded('late');
    expect(stage.studio.broadcast.newestKeyframe).toBeUndefined();
    stage.expectNothingLeft();
  });

  test('twice: the second waits for the same end', async () => {
    const stage = new Stage();
    await stage.supervised.start();
    const ending = deferred<void>();
    const source = stage.last;
    source.close = async () => {
      await ending.promise;
      source.closed = true;
    };
    const order: string[] = [];
    const both = [stage.supervised.close(), stage.supervised.close()].map((closing) =>
      closing.then(() => order.push(`closed: ${source.closed}`)),
    );
    await settle();
    expect(order).toEqual([]);
    ending.resolve();
    await Promise.all(both);
    expect(order).toEqual(['closed: true', 'closed: true']);
  });
});
