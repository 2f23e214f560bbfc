/** Snapshots and recordings, as files that other programs open. */

import type { Download, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { probeFile, provideFfprobe } from '../support/media-file.ts';
import { serve, stream } from '../support/perch-process.ts';
import { useBrowser } from '../support/use-browser.ts';
import type { ViewerPage, ViewerPageOptions } from '../support/viewer-page.ts';

const lacking = provideFfprobe();
if (lacking !== undefined) console.warn(`snapshots and recordings are not opened: ${lacking}`);

const open = useBrowser();

/** Above a picture's time: frames come by a network, and a test machine is busy. */
const LENGTH_TOLERANCE_SECONDS = 0.4;

async function watch(port: number, options?: ViewerPageOptions): Promise<ViewerPage> {
  const viewer = await open(`http://127.0.0.1:${port}/watch/front-door`, options);
  await viewer.reaches('live');
  await viewer.reachesSize(640, 360);
  return viewer;
}

/** Begins by key, and resolves when it has begun: what records is loaded first. */
async function record(page: Page): Promise<void> {
  await page.keyboard.press('r');
  await page.getByRole('timer').waitFor();
}

/** Waits until it says that it is two seconds long, or longer. */
const isTwoSecondsLong = (page: Page) =>
  page
    .getByRole('timer')
    .filter({ hasText: /^0:(0[2-9]|[1-5]\d) / })
    .waitFor();

const camera = (port: number) => stream(port, ['--stream-id', 'front-door']);

interface Take {
  readonly seconds: number;
  /** Frames that the browser handed to the display meanwhile. */
  readonly shown: number;
}

/** Counts from the recording's start to the key that ends it: its file comes later. Returns how to read it. */
async function counted(page: Page): Promise<() => Promise<Take>> {
  await page.evaluate(() => {
    const player = document.querySelector('perch-player') as HTMLElement;
    const video = player.shadowRoot?.querySelector('video') as HTMLVideoElement;
    const take = { seconds: 0, shown: 0 };
    player.addEventListener('recordstart', () => {
      const startedAt = performance.now();
      let handle = 0;
      const next = () => {
        handle = video.requestVideoFrameCallback(count);
      };
      const count = () => {
        take.shown++;
        next();
      };
      next();
      const end = () => {
        take.seconds = (performance.now() - startedAt) / 1000;
        video.cancelVideoFrameCallback(handle);
      };
      addEventListener('keydown', end, { capture: true, once: true });
    });
    Reflect.set(window, 'take', take);
  });
  return () =>
    page.evaluate(() => {
      const { seconds, shown } = Reflect.get(window, 'take') as Take;
      return { seconds, shown };
    });
}

async function saved(page: Page, act: () => Promise<unknown>): Promise<Download> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  return download;
}

describe.skipIf(lacking !== undefined)('a picture that is kept', () => {
  test('is a PNG of the camera’s size, zoomed or not, named by camera and time', async () => {
    const { port } = await serve();
    await camera(port);
    const { page } = await watch(port);
    await page.keyboard.press('+');
    const download = await saved(page, () => page.keyboard.press('s'));
    expect(download.suggestedFilename()).toMatch(/^front-door \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/);
    expect(probeFile(await download.path())).toMatchObject({ codec: 'png', width: 640, height: 360 });
  });

  test('is the last frame while the camera is away', async () => {
    const { port } = await serve();
    const first = await camera(port);
    const viewer = await watch(port);
    first.signal('SIGKILL');
    await viewer.reaches('waiting-for-camera');
    const download = await saved(viewer.page, () => viewer.page.keyboard.press('s'));
    expect(probeFile(await download.path())).toMatchObject({ codec: 'png', width: 640, height: 360 });
  });
});

describe.skipIf(lacking !== undefined)('a recording', () => {
  test('is an H.264 MP4 of the camera’s size, as long as it took; length and size are shown meanwhile', async () => {
    const { port } = await serve();
    await camera(port);
    const viewer = await watch(port);
    const { page } = viewer;
    const take = await counted(page);
    await viewer.clickControl('Record');
    await page
      .getByRole('timer')
      .filter({ hasText: /^0:(0[3-9]|[1-5]\d) · 0\.[1-9] MB$/ })
      .waitFor();
    expect(await page.getByRole('button', { name: 'Record' }).getAttribute('aria-pressed')).toBe('true');
    const download = await saved(page, () => page.keyboard.press('r'));
    const { seconds: took, shown } = await take();
    expect(download.suggestedFilename()).toMatch(/^front-door .+\.mp4$/);
    const file = probeFile(await download.path());
    expect(file).toMatchObject({ codec: 'h264', width: 640, height: 360 });
    expect(Math.abs(file.seconds - took)).toBeLessThan(LENGTH_TOLERANCE_SECONDS);
    // All but what the encoder has no time for.
    expect(file.frames).toBeGreaterThan(shown * 0.8);
  });

  test('is one file through a camera that goes and comes back', async () => {
    const { port } = await serve();
    const first = await camera(port);
    const viewer = await watch(port);
    const { page } = viewer;
    const take = await counted(page);
    await record(page);
    await viewer.shows(20);
    first.signal('SIGKILL');
    await viewer.reaches('waiting-for-camera');
    await camera(port);
    await viewer.reaches('live');
    await viewer.shows(20);
    const download = await saved(page, () => page.keyboard.press('r'));
    const { seconds: took } = await take();
    const file = probeFile(await download.path());
    expect(file).toMatchObject({ width: 640, height: 360 });
    expect(Math.abs(file.seconds - took)).toBeLessThan(LENGTH_TOLERANCE_SECONDS);
  });

  test('where a browser writes no MP4 is a WebM that says its length', async () => {
    const { port } = await serve();
    await camera(port);
    const viewer = await watch(port, {
      prepare: (page) =>
        page.addInitScript(() => {
          const { isTypeSupported } = MediaRecorder;
          MediaRecorder.isTypeSupported = (type) => !type.startsWith('video/mp4') && isTypeSupported(type);
        }),
    });
    const { page } = viewer;
    const take = await counted(page);
    await record(page);
    await viewer.shows(30);
    const download = await saved(page, () => page.keyboard.press('r'));
    const { seconds: took } = await take();
    expect(download.suggestedFilename()).toMatch(/\.webm$/);
    const file = probeFile(await download.path());
    expect(file).toMatchObject({ codec: 'vp8', width: 640, height: 360 });
    expect(Math.abs(file.seconds - took)).toBeLessThan(LENGTH_TOLERANCE_SECONDS);
  });

  test('is saved when the person pauses, and when the player leaves the page', async () => {
    const { port } = await serve();
    await camera(port);
    const viewer = await watch(port);
    const { page } = viewer;
    await record(page);
    await isTwoSecondsLong(page);
    const paused = await saved(page, () => page.keyboard.press('k'));
    expect(probeFile(await paused.path()).seconds).toBeGreaterThan(1);
    await page.keyboard.press('k');
    await viewer.reaches('live');
    await record(page);
    await isTwoSecondsLong(page);
    const removed = await saved(page, () =>
      page.evaluate(() => document.querySelector('perch-player')?.remove()),
    );
    expect(probeFile(await removed.path()).seconds).toBeGreaterThan(1);
  });

  test('is saved, but for its last second, when the page goes', async () => {
    const { port } = await serve();
    await camera(port);
    const viewer = await watch(port);
    const { page } = viewer;
    page.on('dialog', (dialog) => dialog.accept());
    await page.keyboard.press('r');
    await page
      .getByRole('timer')
      .filter({ hasText: /^0:(0[3-9]|[1-5]\d) · 0\.[1-9] MB$/ })
      .waitFor();
    const download = await saved(page, () => page.goto(`http://127.0.0.1:${port}/health`));
    const file = probeFile(await download.path());
    expect(file).toMatchObject({ width: 640, height: 360 });
    expect(file.seconds).toBeGreaterThan(0.5);
  });
});
