/** What a person does with the picture: buttons, keys, fingers. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { serve, stream } from './support/perch-process.ts';
import { playNothingUnasked } from './support/unasked-play.ts';
import { useBrowser } from './support/use-browser.ts';
import type { ViewerPage, ViewerPageOptions } from './support/viewer-page.ts';

const open = useBrowser();

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** More than the three seconds after which controls fade, in pictures of the 15 a second. */
const LONGER_THAN_FADING = 60;

async function watch(options?: ViewerPageOptions): Promise<ViewerPage> {
  const { port } = await serve();
  await stream(port, ['--stream-id', 'front-door']);
  const viewer = await open(`http://127.0.0.1:${port}/watch/front-door`, options);
  await viewer.reaches('live');
  // They are loaded once the picture is there.
  await viewer.page.locator('.bar').waitFor({ state: 'attached' });
  return viewer;
}

const controlsAre = (page: Page, state: 'shown' | 'hidden') =>
  page.locator(`#frame[data-controls="${state}"]`).waitFor({ timeout: 15_000 });

const isFullscreen = (page: Page, wanted: boolean) =>
  page.waitForFunction((is) => (document.fullscreenElement?.localName === 'perch-player') === is, wanted);

/** With the times of a person in the events, however long they take to send. */
async function doubleClick(page: Page, x: number, y: number): Promise<void> {
  const client = await page.context().newCDPSession(page);
  const now = Date.now() / 1000;
  for (const clickCount of [1, 2]) {
    const press = { x, y, button: 'left', clickCount } as const;
    const timestamp = now + clickCount * 0.1;
    await client.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...press, timestamp });
    await client.send('Input.dispatchMouseEvent', {
      type: 'mouseReleased',
      ...press,
      timestamp: timestamp + 0.05,
    });
  }
  await client.detach();
}

/** How the picture lies: its scale, and where its middle is, from the middle of the page. */
const zoomOf = (page: Page) =>
  page.evaluate(() => {
    const video = document.querySelector('perch-player')?.videoElement as HTMLVideoElement;
    const { a, e, f } = new DOMMatrix(getComputedStyle(video).transform);
    return { scale: a, x: e, y: f };
  });

describe('the controls', () => {
  test('fade 3 s after the mouse, come back with it, with the wheel and with the keyboard', async () => {
    const { page } = await watch();
    await controlsAre(page, 'hidden');
    await page.mouse.move(300, 300);
    await controlsAre(page, 'shown');
    await controlsAre(page, 'hidden');
    await page.mouse.wheel(0, -10);
    await controlsAre(page, 'shown');
    await controlsAre(page, 'hidden');
    await page.keyboard.press('Tab');
    await controlsAre(page, 'shown');
  });

  test('stay as long as the keyboard is on one, and while nothing plays', async () => {
    const viewer = await watch();
    const { page } = viewer;
    await page.keyboard.press('Tab');
    await viewer.shows(LONGER_THAN_FADING);
    await controlsAre(page, 'shown');
    expect(await page.locator('.bar').evaluate((bar) => getComputedStyle(bar).opacity)).toBe('1');
  });

  test('come with a tap and go with another, and a finger can press none that is not seen', async () => {
    const viewer = await watch({ phone: true });
    const { page } = viewer;
    await controlsAre(page, 'hidden');
    const { x = 0, y = 0 } = (await page.locator('[part~="play-control"]').boundingBox()) ?? {};
    await viewer.tap(x + 20, y + 20);
    await controlsAre(page, 'shown');
    expect(await page.locator('perch-player').getAttribute('state')).toBe('live');
    await viewer.tap(195, 300);
    await controlsAre(page, 'hidden');
  });

  test('have names, and say what is on', async () => {
    const viewer = await watch();
    const { page } = viewer;
    const names = await page
      .locator('.bar button')
      .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')));
    expect(names).toEqual([
      'Pause',
      'Save a snapshot',
      'Record',
      'Picture in picture',
      'Statistics',
      'Fullscreen',
    ]);
    expect(await page.title()).toBe('front-door · live');
    expect(await page.getByLabel('Camera front-door').count()).toBe(1);
    await viewer.clickControl('Statistics');
    await page.locator('perch-player[stats]').waitFor();
    expect(await page.getByRole('button', { name: 'Statistics' }).getAttribute('aria-pressed')).toBe('true');
  });
});

test('axe finds nothing wrong, in any state', async () => {
  const viewer = await watch();
  const { page } = viewer;
  const problems = async () => {
    await page.evaluate(AXE);
    return await page.evaluate(async () => {
      const { violations } = await (Reflect.get(window, 'axe') as typeof import('axe-core')).run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    });
  };
  await page.keyboard.press('+');
  await page.keyboard.press('r');
  await page.getByRole('timer').waitFor();
  expect(await problems()).toEqual([]);
  await page.keyboard.press('k');
  await viewer.reaches('idle');
  expect(await problems()).toEqual([]);
  await page.evaluate(() => {
    const player = document.querySelector('perch-player') as import('@perch/viewer').PerchPlayer;
    player.src = `${location.origin}/watch/${'x'.repeat(200)}`;
  });
  await viewer.reaches('refused');
  await page.getByRole('link', { name: 'Why can’t I connect?' }).waitFor();
  expect(await problems()).toEqual([]);
});

describe('keys', () => {
  test('find a button to be on, when the one that was pressed is gone', async () => {
    const viewer = await watch();
    const { page } = viewer;
    const focused = () =>
      page.evaluate(() =>
        document.querySelector('perch-player')?.shadowRoot?.activeElement?.getAttribute('aria-label'),
      );
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('All cameras');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Pause');
    await page.keyboard.press('Enter');
    await viewer.reaches('idle');
    expect(await focused()).toBe('Play');
    await page.keyboard.press('Enter');
    await viewer.reaches('live');
    expect(await focused()).toBe('Pause');
  });

  test('play and pause, open and close', async () => {
    const viewer = await watch();
    const { page } = viewer;
    await page.keyboard.press('k');
    await viewer.reaches('idle');
    expect(await page.title()).toBe('front-door · paused');
    expect(await page.locator('#status').textContent()).toMatch(/^Paused\./);
    await page.keyboard.press(' ');
    await viewer.reaches('live');
    await page.keyboard.press('i');
    await page.locator('perch-player[stats]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('perch-player:not([stats])').waitFor();
  });

  test('with Ctrl, and those that somebody types, are not ours', async () => {
    const { page } = await watch();
    await page.evaluate(() => document.body.prepend(document.createElement('input')));
    await page.keyboard.press('Control+i');
    await page.locator('input').pressSequentially('if');
    expect(await page.locator('input').inputValue()).toBe('if');
    expect(await page.locator('perch-player[stats]').count()).toBe(0);
    expect(await page.evaluate(() => document.fullscreenElement)).toBe(null);
  });

  test('are answered by one player where a page has two', async () => {
    const { page } = await watch();
    await page.evaluate(() => {
      const second = document.createElement('perch-player');
      second.id = 'second';
      second.controls = true;
      second.src = 'nonsense';
      document.body.append(second);
      void second.play();
    });
    await page.locator('#second .bar button').first().focus();
    await page.keyboard.press('i');
    await page.locator('#second[stats]').waitFor();
    expect(await page.locator('perch-player[stats]').count()).toBe(1);
  });
});

describe('fullscreen', () => {
  test('comes and goes with F, the button and a double click', async () => {
    const viewer = await watch();
    const { page } = viewer;
    await page.keyboard.press('f');
    await isFullscreen(page, true);
    await page.keyboard.press('f');
    await isFullscreen(page, false);
    await doubleClick(page, 640, 300);
    await isFullscreen(page, true);
    await viewer.clickControl('Leave fullscreen');
    await isFullscreen(page, false);
  });

  test('comes with a double tap', async () => {
    const viewer = await watch({ phone: true });
    await viewer.tap(195, 300, 2);
    await isFullscreen(viewer.page, true);
  });
});

describe('zoom', () => {
  test('by the wheel keeps what is under the pointer, drags to the edge, and goes back with 0', async () => {
    const { page } = await watch();
    await page.mouse.move(940, 300);
    // 300 right of the middle, 100 above it.
    await page.mouse.wheel(0, -350);
    await page.waitForFunction(
      () => document.querySelector('perch-player')?.shadowRoot?.querySelector('[data-zoomed]') !== null,
    );
    const zoomed = await zoomOf(page);
    expect(zoomed.scale).toBeCloseTo(Math.exp(0.7), 3);
    expect(zoomed.x).toBeCloseTo(300 * (1 - zoomed.scale), 1);
    await page.mouse.down();
    await page.mouse.move(2_000, 300, { steps: 5 });
    await page.mouse.up();
    const dragged = await zoomOf(page);
    expect(dragged.x).toBeCloseTo((1280 * zoomed.scale - 1280) / 2, 1);
    await page.keyboard.press('ArrowRight');
    expect((await zoomOf(page)).x).toBeCloseTo(dragged.x - 60, 1);
    await page.keyboard.press('0');
    expect(await zoomOf(page)).toEqual({ scale: 1, x: 0, y: 0 });
  });

  test('by two fingers zooms the picture, not the page, and is no double tap', async () => {
    const { page } = await watch({ phone: true });
    const client = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...xs: number[]) =>
      client.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: xs.map((x, id) => ({ x, y: 422, id })),
      });
    await touch('touchStart', 175);
    await touch('touchStart', 175, 215);
    for (let by = 10; by <= 60; by += 10) await touch('touchMove', 175 - by, 215 + by);
    await touch('touchEnd');
    // 40 pixels apart, then 160.
    expect((await zoomOf(page)).scale).toBeCloseTo(4, 1);
    expect(await page.evaluate(() => visualViewport?.scale)).toBe(1);
    expect(await page.evaluate(() => document.fullscreenElement)).toBe(null);
    const before = await zoomOf(page);
    await touch('touchStart', 195);
    await touch('touchMove', 225);
    await touch('touchMove', 255);
    await touch('touchEnd');
    expect((await zoomOf(page)).x - before.x).toBeCloseTo(60, 0);
  });

  test('works with the last frame of a camera that is away', async () => {
    const { port } = await serve();
    const camera = await stream(port);
    const viewer = await open(`http://127.0.0.1:${port}/watch/pi-camera-stream`);
    await viewer.reaches('live');
    camera.signal('SIGKILL');
    await viewer.reaches('waiting-for-camera');
    await viewer.page.keyboard.press('+');
    expect((await zoomOf(viewer.page)).scale).toBe(1.25);
    // The canvas over the video, which has the last frame of a connection that ended, is moved with it.
    const still = viewer.page.locator('#still');
    expect(await still.evaluate((canvas) => new DOMMatrix(getComputedStyle(canvas).transform).a)).toBe(1.25);
  });
});

test('picture-in-picture comes and goes with P', async () => {
  const { page } = await watch();
  const isSmall = (wanted: boolean) =>
    page.waitForFunction((is) => (document.pictureInPictureElement !== null) === is, wanted);
  await page.keyboard.press('p');
  await isSmall(true);
  await page.keyboard.press('p');
  await isSmall(false);
});

/** No Safari runs here: what it has under names of its own, and what it lacks, is stood in for. */
describe('in a browser like Safari on a phone', () => {
  test('a picture that is not played unasked plays after a tap', async () => {
    const { port } = await serve();
    await stream(port, ['--stream-id', 'front-door']);
    const viewer = await open(`http://127.0.0.1:${port}/watch/front-door`, {
      phone: true,
      prepare: playNothingUnasked,
    });
    const { page } = viewer;
    await page.locator('#status[data-step="tap"]').waitFor();
    await page.locator('#playBtn').tap();
    await viewer.reaches('live');
    await viewer.shows(5);
    expect(await page.locator('#playBtn').isHidden()).toBe(true);
  });

  test('fullscreen is the video’s own, and the picture goes on after it', async () => {
    const viewer = await watch({
      prepare: (page) =>
        page.addInitScript(() => {
          Object.defineProperty(document, 'fullscreenEnabled', { value: false });
          const entered: HTMLVideoElement[] = [];
          Object.assign(window, { entered });
          Object.assign(HTMLVideoElement.prototype, {
            webkitEnterFullscreen(this: HTMLVideoElement) {
              entered.push(this);
            },
          });
        }),
    });
    await viewer.clickControl('Fullscreen');
    const isIts = await viewer.page.evaluate(() => {
      const [video, ...others] = Reflect.get(window, 'entered') as HTMLVideoElement[];
      const isPlayers = video === document.querySelector('perch-player')?.videoElement;
      // As it does when it is left.
      video?.pause();
      return isPlayers && others.length === 0;
    });
    expect(isIts).toBe(true);
    await viewer.shows(5);
    // By itself: not because a standstill was noticed and mended.
    expect(await viewer.connections()).toEqual({ made: 1, open: 1 });
  });

  test('picture-in-picture is a mode of the video, and the button says whether it is on', async () => {
    const { page } = await watch({
      prepare: (prepared) =>
        prepared.addInitScript(() => {
          Object.defineProperty(document, 'pictureInPictureEnabled', { value: undefined });
          Object.assign(HTMLVideoElement.prototype, {
            webkitPresentationMode: 'inline',
            webkitSupportsPresentationMode: (mode: string) => mode === 'picture-in-picture',
            webkitSetPresentationMode(this: HTMLVideoElement, mode: string) {
              Object.assign(this, { webkitPresentationMode: mode });
              this.dispatchEvent(new Event('webkitpresentationmodechanged'));
            },
          });
        }),
    });
    /** Right after `change`: each second something draws the button anew. */
    const saysAfter = (change: 'key' | 'window') =>
      page.evaluate(async (by) => {
        const player = document.querySelector('perch-player');
        const video = player?.videoElement;
        if (by === 'key')
          player?.dispatchEvent(new KeyboardEvent('keydown', { key: 'p', bubbles: true, cancelable: true }));
        // As from the small window itself.
        else if (video) Reflect.get(video, 'webkitSetPresentationMode').call(video, 'inline');
        await player?.updateComplete;
        const button = player?.shadowRoot?.querySelector('[part~="picture-in-picture-control"]');
        return button?.getAttribute('aria-pressed');
      }, change);
    expect(await saysAfter('key')).toBe('true');
    expect(await saysAfter('key')).toBe('false');
    expect(await saysAfter('key')).toBe('true');
    expect(await saysAfter('window')).toBe('false');
  });

  test('without requestVideoFrameCallback it is known all the same whether the picture moves', async () => {
    const { port } = await serve();
    const camera = await stream(port);
    const viewer = await open(`http://127.0.0.1:${port}/watch/pi-camera-stream`, {
      prepare: (page) =>
        page.addInitScript(() => {
          Reflect.deleteProperty(HTMLVideoElement.prototype, 'requestVideoFrameCallback');
        }),
    });
    await viewer.reaches('live');
    // Longer than a picture may stand still.
    await viewer.page.waitForFunction(
      (seconds) => (document.querySelector('perch-player')?.videoElement?.currentTime ?? 0) > seconds,
      5,
    );
    expect(await viewer.page.evaluate(() => document.querySelector('perch-player')?.status.state)).toBe(
      'live',
    );
    expect(await viewer.connections()).toEqual({ made: 1, open: 1 });
    camera.signal('SIGKILL');
    await viewer.reaches('waiting-for-camera');
    await stream(port);
    await viewer.reaches('live');
    expect(await viewer.page.evaluate(() => 'requestVideoFrameCallback' in HTMLVideoElement.prototype)).toBe(
      false,
    );
  });
});

/** The lock itself is hardware's: what stands in for it counts who asked. */
test('the screen is kept on while the picture is live, and no longer', async () => {
  const viewer = await watch({
    prepare: (page) =>
      page.addInitScript(() => {
        let held = 0;
        const request = () => {
          held++;
          const lock = new EventTarget() as WakeLockSentinel;
          lock.release = () => {
            held--;
            lock.dispatchEvent(new Event('release'));
            return Promise.resolve();
          };
          return Promise.resolve(lock);
        };
        Object.defineProperty(navigator, 'wakeLock', { value: { request } });
        Object.defineProperty(window, 'heldLocks', { get: () => held });
      }),
  });
  const held = (count: number) =>
    viewer.page.waitForFunction((wanted) => Reflect.get(window, 'heldLocks') === wanted, count);
  await held(1);
  await viewer.page.keyboard.press('k');
  await viewer.reaches('idle');
  await held(0);
  await viewer.page.keyboard.press('k');
  await viewer.reaches('live');
  await held(1);
  await viewer.page.evaluate(() => document.querySelector('perch-player')?.remove());
  await held(0);
});

test('play() is kept with the first picture, and broken by pause()', async () => {
  const { page } = await watch();
  const outcome = await page.evaluate(async () => {
    const player = document.querySelector('perch-player') as import('@perch/viewer').PerchPlayer;
    await player.play();
    const whenKept = player.status.state;
    const broken = player.play();
    player.pause();
    const reason = await broken.catch((error: DOMException) => error.name);
    player.src = 'rtsp://camera.example/watch/front-door';
    const refused = await player.play().catch((error: DOMException) => error.name);
    return { whenKept, reason, refused, ended: player.ended, code: player.error?.code };
  });
  expect(outcome).toEqual({
    whenKept: 'live',
    reason: 'AbortError',
    refused: 'NotSupportedError',
    ended: false,
    code: 'bad-source',
  });
});
