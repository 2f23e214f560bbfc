import { describe, expect, it } from 'vitest';
import { Lifetime } from '../src/lifetime.ts';

describe('a lifetime', () => {
  it('closes what it owns in reverse order, once', async () => {
    const lifetime = new Lifetime();
    const closed: string[] = [];
    for (const name of ['server', 'streamer']) {
      await lifetime.own(Promise.resolve({ close: () => Promise.resolve(void closed.push(name)) }));
    }
    await lifetime.close();
    await lifetime.close();
    expect(closed).toEqual(['streamer', 'server']);
  });

  it('waits for what is still starting, and closes it', async () => {
    const lifetime = new Lifetime();
    const closed: string[] = [];
    let started: (it: { close(): Promise<void> }) => void = () => {};
    void lifetime.own(new Promise<{ close(): Promise<void> }>((resolve) => (started = resolve)));
    const closing = lifetime.close();
    started({ close: () => Promise.resolve(void closed.push('late')) });
    await closing;
    expect(closed).toEqual(['late']);
  });

  it('closes the rest when one part failed to start or to close, and says so', async () => {
    const lifetime = new Lifetime();
    const closed: string[] = [];
    await lifetime.own(Promise.resolve({ close: () => Promise.resolve(void closed.push('first')) }));
    await lifetime.own(Promise.resolve({ close: () => Promise.reject(new Error('stuck')) }));
    await expect(lifetime.own(Promise.reject(new Error('no start')))).rejects.toThrow('no start');
    await expect(lifetime.close()).rejects.toThrow('stuck');
    expect(closed).toEqual(['first']);
  });

  it('says when the end was asked for', async () => {
    const lifetime = new Lifetime();
    lifetime.askEnd();
    lifetime.askEnd();
    await expect(lifetime.endAsked).resolves.toBeUndefined();
  });
});
