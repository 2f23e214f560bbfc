/** Fifty times the same in one page, wanted or a fault: what the page holds then is what it held after ten. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { countOpenThings, type Holdings, holdingsOf } from '../support/page-holdings.ts';
import { killAll, type PerchProcess, type ServingProcess, serve, stream } from '../support/perch-process.ts';

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

interface World {
  readonly page: Page;
  server: ServingProcess;
  streamer: PerchProcess;
}

interface Way {
  once(world: World): Promise<unknown>;
  readonly leaves: { readonly connections: number; readonly sockets: number };
}

const NOTHING = { connections: 0, sockets: 0 };
const ONE_OF_EACH = { connections: 1, sockets: 1 };

const WAYS: Readonly<Record<string, Way>> = {
  'play and pause': { once: ({ page }) => page.evaluate(playAndPause), leaves: NOTHING },
  'into the page and out of it': { once: ({ page }) => page.evaluate(insertAndRemove), leaves: NOTHING },
  // A new connection takes over from the old one, whose picture still moves.
  'another network': {
    once: ({ page }) => through(page, hasNewPicture, () => page.evaluate(tellOfNetwork)),
    leaves: ONE_OF_EACH,
  },
  'a socket that is lost': {
    once: ({ page }) => through(page, serverIsBack, () => page.evaluate(closeSocket)),
    leaves: ONE_OF_EACH,
  },
  'a server that is killed': {
    once: (world) =>
      through(world.page, serverIsBack, async () => {
        const { perch, port } = world.server;
        perch.signal('SIGKILL');
        await perch.end();
        world.server = await serve(port);
      }),
    leaves: ONE_OF_EACH,
  },
  'a streamer that is killed': {
    once: (world) =>
      through(world.page, hasNewPicture, async () => {
        world.streamer.signal('SIGKILL');
        await world.streamer.end();
        world.streamer = await stream(world.server.port);
      }),
    leaves: ONE_OF_EACH,
  },
};

/** Lets the page watch for an outcome before its cause is there. */
async function through(
  page: Page,
  outcome: () => Promise<void>,
  cause: () => Promise<unknown>,
): Promise<void> {
  const watching = await page.evaluateHandle<{ done: Promise<void> }>(`({ done: (${outcome})() })`);
  await cause();
  await watching.evaluate(({ done }) => done);
  await watching.dispose();
}

test.each(Object.entries(WAYS))(
  `${CYCLES} times %s leave nothing behind`,
  async (name, way) => {
    const server = await serve();
    const streamer = await stream(server.port);
    const page = await browser.newPage();
    await countOpenThings(page);
    await page.goto(`http://127.0.0.1:${server.port}/watch/pi-camera-stream`);
    await page.locator('perch-player[state="live"]').waitFor();
    const world = { page, server, streamer };
    const settled = await cycle(world, way, SETTLED_AFTER);
    let after = await cycle(world, way, CYCLES - SETTLED_AFTER);
    // What the browser closes in its own time is not garbage at once.
    const grown = async () => {
      after = await holdingsOf(page);
      return after.nodes > settled.nodes || after.listeners > settled.listeners;
    };
    await expect.poll(grown, { timeout: 20_000, interval: 1_000 }).toBe(false);
    console.log(name, { settled, after });
    expect(after).toMatchObject(way.leaves);
    expect(after.heapBytes).toBeLessThan(settled.heapBytes + HEAP_NOISE_BYTES);
    await page.context().close();
  },
  // A process that was killed takes seconds to be there again on a busy machine.
  600_000,
);

async function cycle(world: World, way: Way, times: number): Promise<Holdings> {
  for (let n = 0; n < times; n++) await way.once(world);
  const open = () => world.page.evaluate(() => window.openThings);
  await expect.poll(open, { timeout: 10_000 }).toEqual(way.leaves);
  return holdingsOf(world.page);
}

// These run in the page.

async function playAndPause(): Promise<void> {
  const player = document.querySelector('perch-player');
  if (player === null) throw new Error('no player');
  const playing = new Promise((resolve) => player.addEventListener('playing', resolve, { once: true }));
  player.play();
  await playing;
  player.pause();
}

async function insertAndRemove(): Promise<void> {
  document.querySelector('perch-player')?.remove();
  const player = document.createElement('perch-player');
  const playing = new Promise((resolve) => player.addEventListener('playing', resolve, { once: true }));
  player.src = location.href;
  player.autoplay = true;
  player.controls = true;
  document.querySelector('main')?.append(player);
  await playing;
  player.remove();
}

function tellOfNetwork(): void {
  dispatchEvent(new Event('online'));
}

function closeSocket(): void {
  window.latestSocket.deref()?.close();
}

/** Resolves when the picture is another connection's, and that is the only one left. */
async function hasNewPicture(): Promise<void> {
  const video = document.querySelector('perch-player')?.videoElement;
  await new Promise((resolve) => video?.addEventListener('loadeddata', resolve, { once: true }));
  while (window.openThings.connections > 1) await new Promise(requestAnimationFrame);
}

/** Resolves when the server was lost and is there again, the picture moving all the time. */
function serverIsBack(): Promise<void> {
  const player = document.querySelector('perch-player');
  if (player === null) throw new Error('no player');
  return new Promise((resolve, reject) => {
    let wasLost = false;
    const look = () => {
      const { status } = player;
      const isLost = status.state !== 'live' || status.serverLost;
      if (status.state !== 'live') reject(new Error(`it is ${status.state}`));
      if (wasLost === isLost) return;
      wasLost = isLost;
      if (isLost) return;
      player.removeEventListener('statuschange', look);
      resolve();
    };
    player.addEventListener('statuschange', look);
  });
}
