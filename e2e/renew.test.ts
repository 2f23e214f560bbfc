/** A new connection in place of one that still works, as when a phone changes networks. */
import { expect, test } from 'vitest';
import { serve, stream } from './support/perch-process.ts';
import { useBrowser } from './support/use-browser.ts';

const open = useBrowser();

/** A camera at 15 a second shows one each 67 ms; a new connection's first picture is a keyframe away. */
const LONGEST_GAP_MS = 1_000;

test('[JOIN8] [RESUME4] when the network changes the picture goes on while a new connection takes over', async () => {
  const { port } = await serve();
  const streamer = await stream(port);
  const viewer = await open(`http://127.0.0.1:${port}/watch/pi-camera-stream`);
  await viewer.reaches('live');
  await viewer.shows(15);
  const seen = viewer.page.evaluate(
    () =>
      new Promise<{ longestGapMs: number; states: (string | null)[] }>((resolve) => {
        const video = (document.querySelector('perch-player')?.shadowRoot ?? document).querySelector(
          'video',
        ) as HTMLVideoElement;
        const status = (document.querySelector('perch-player')?.shadowRoot ?? document).querySelector(
          '#status',
        ) as HTMLElement;
        const states = new Set<string | null>();
        const watchState = new MutationObserver(() => states.add(status.getAttribute('data-state')));
        watchState.observe(status, { attributes: true });
        let last = performance.now();
        let longestGapMs = 0;
        let afterTakeOver = 0;
        const shown = (): void => {
          const now = performance.now();
          longestGapMs = Math.max(longestGapMs, now - last);
          last = now;
          const [first, second] = window.perchProbe.connections;
          if (second?.connectionState === 'connected' && first?.connectionState === 'closed') afterTakeOver++;
          if (afterTakeOver < 15) video.requestVideoFrameCallback(shown);
          else resolve({ longestGapMs, states: [...states] });
        };
        video.requestVideoFrameCallback(shown);
        dispatchEvent(new Event('online'));
      }),
  );
  const { longestGapMs, states } = await seen;
  expect(states.filter((state) => state !== 'live')).toEqual([]);
  expect(longestGapMs).toBeLessThan(LONGEST_GAP_MS);
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
