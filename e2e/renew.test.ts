/** A new connection in place of one that still works, as when a phone changes networks. */
import { expect, test } from 'vitest';
import { serve, stream } from './support/perch-process.ts';
import { watchGaps } from './support/picture-gaps.ts';
import { useBrowser } from './support/use-browser.ts';

const open = useBrowser();

/**
 * Beside the longest of a page that nothing happens to. A camera at 15 a second shows one each 67 ms; a new connection's first
 * picture is a keyframe away.
 */
const LONGEST_GAP_MS = 1_000;

test('[JOIN8] [RESUME4] when the network changes the picture goes on while a new connection takes over', async () => {
  const { port } = await serve();
  const streamer = await stream(port);
  const url = `http://127.0.0.1:${port}/watch/pi-camera-stream`;
  const viewer = await open(url);
  const undisturbed = await open(url);
  for (const each of [viewer, undisturbed]) {
    await each.reaches('live');
    await each.shows(15);
  }
  const [gaps, gapsOfUndisturbed] = [await watchGaps(viewer), await watchGaps(undisturbed)];
  await viewer.page.evaluate(() => dispatchEvent(new Event('online')));
  await expect.poll(() => viewer.connections()).toEqual({ made: 2, open: 1 });
  await viewer.shows(15);
  const [seen, usual] = [await gaps(), await gapsOfUndisturbed()];
  console.log('a new connection took over', JSON.stringify({ seen, usual }));
  expect(seen.states).toEqual([]);
  expect(seen.longestMs).toBeLessThan(usual.longestMs + LONGEST_GAP_MS);
  expect(await viewer.connections()).toEqual({ made: 2, open: 1 });
  streamer.signal('SIGTERM');
  expect(await streamer.end()).toBe(0);
});

/** What a phone's Chromium tells of its network, and a desktop's does not. */
test('a new connection takes over when the network becomes one of another kind, too', async () => {
  const { port } = await serve();
  await stream(port);
  const viewer = await open(`http://127.0.0.1:${port}/watch/pi-camera-stream`, {
    prepare: (page) =>
      page.addInitScript(() => {
        const connection = Object.assign(new EventTarget(), { type: 'wifi' });
        Object.defineProperty(navigator, 'connection', { value: connection });
      }),
  });
  await viewer.reaches('live');
  await viewer.shows(5);
  await viewer.page.evaluate(() => {
    const connection = Reflect.get(navigator, 'connection') as EventTarget;
    Object.assign(connection, { type: 'cellular' }).dispatchEvent(new Event('change'));
  });
  await expect.poll(() => viewer.connections(), { timeout: 30_000 }).toEqual({ made: 2, open: 1 });
  await viewer.reaches('live');
});
