/** Fifty times live and over again in one page: what the page holds then is what it held after ten. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { countOpenThings, type Holdings, holdingsOf } from '../support/page-holdings.ts';
import { killAll, serve, stream } from '../support/perch-process.ts';

const CYCLES = 50;

/** By then everything was made that is made once. */
const SETTLED_AFTER = 10;

/** In forty cycles, for compiled code and the browser’s own books: some 2 KB each. A player that is left behind has more. */
const HEAP_NOISE_BYTES = 200_000;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium(inject('chromium'));
});
afterAll(() => browser.close());
afterEach(killAll);

/** Live, and over again. Both run in the page. */
const WAYS: Readonly<Record<string, () => Promise<void>>> = {
  'play and pause': async () => {
    const player = document.querySelector('perch-player');
    if (player === null) throw new Error('no player');
    const playing = new Promise((resolve) => player.addEventListener('playing', resolve, { once: true }));
    player.play();
    await playing;
    player.pause();
  },
  'into the page and out of it': async () => {
    document.querySelector('perch-player')?.remove();
    const player = document.createElement('perch-player');
    const playing = new Promise((resolve) => player.addEventListener('playing', resolve, { once: true }));
    player.src = location.href;
    player.autoplay = true;
    player.controls = true;
    document.querySelector('main')?.append(player);
    await playing;
    player.remove();
  },
};

test.each(Object.keys(WAYS))(
  `${CYCLES} times %s leave nothing behind`,
  async (way) => {
    const { port } = await serve();
    await stream(port);
    const page = await browser.newPage();
    await countOpenThings(page);
    await page.goto(`http://127.0.0.1:${port}/watch/pi-camera-stream`);
    const settled = await cycle(page, way, SETTLED_AFTER);
    let after = await cycle(page, way, CYCLES - SETTLED_AFTER);
    // What the browser closes in its own time is not garbage at once.
    const grown = async () => {
      after = await holdingsOf(page);
      return after.nodes > settled.nodes || after.listeners > settled.listeners;
    };
    await expect.poll(grown, { timeout: 20_000, interval: 1_000 }).toBe(false);
    console.log(way, { settled, after });
    expect(after).toMatchObject({ connections: 0, sockets: 0 });
    expect(after.heapBytes).toBeLessThan(settled.heapBytes + HEAP_NOISE_BYTES);
    await page.context().close();
  },
  300_000,
);

async function cycle(page: Page, way: string, times: number): Promise<Holdings> {
  const run = WAYS[way];
  if (run === undefined) throw new Error(way);
  for (let n = 0; n < times; n++) await page.evaluate(run);
  const open = () => page.evaluate(() => window.openThings);
  await expect.poll(open, { timeout: 10_000 }).toEqual({ connections: 0, sockets: 0 });
  return holdingsOf(page);
}
