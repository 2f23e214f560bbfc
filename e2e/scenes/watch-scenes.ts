/** The watch page in each state that is not its end. */
import type { Page } from 'playwright-core';
import { cameraProgram } from '../support/camera-program.ts';
import { playNothingUnasked } from '../support/unasked-play.ts';
import { reaches, type Scene } from './scene.ts';
import { addressOf, type Scenery } from './scenery.ts';

const CAMERA = '/watch/front-door';

/** A line in each chart. */
const SAMPLES_WORTH_SEEING = 6;

async function watch(page: Page, scenery: Scenery): Promise<void> {
  await page.goto(await scenery.openServer(CAMERA));
  await reaches(page, 'live');
}

function hasMouse(page: Page): Promise<boolean> {
  return page.evaluate(() => matchMedia('(hover: hover)').matches);
}

/** As a person who moves the mouse over the controls, or touches the picture. */
async function showControls(page: Page): Promise<void> {
  const bar = page.locator('perch-player .bar');
  const isHidden = await page.locator('#frame[data-controls="hidden"]').count();
  if (await hasMouse(page)) {
    const { x = 0, y = 0, height = 0 } = (await bar.locator('button').last().boundingBox()) ?? {};
    await page.mouse.move(x + 2, y + 2);
    await page.mouse.move(x + 3, y + height / 2);
  } else if (isHidden > 0) {
    const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
    await page.touchscreen.tap(width / 2, height / 3);
  }
  await page.locator('#frame[data-controls="shown"]').waitFor();
}

/** In the browser: how many samples the drawer has, once it is there. It gets one a second. */
function samples(least: number): number {
  const drawer = document.querySelector('perch-player')?.shadowRoot?.querySelector('perch-stats');
  const { length } = drawer ? (Reflect.get(drawer, 'history') as readonly unknown[]) : [];
  return length >= least ? length : 0;
}

export const watchScenes: readonly Scene[] = [
  {
    name: 'watch-idle',
    async show(page, scenery) {
      await watch(page, scenery);
      await page.keyboard.press('k');
      await reaches(page, 'idle');
    },
  },
  {
    name: 'watch-connecting',
    async show(page, scenery) {
      const server = await scenery.ownServer();
      const camera = await scenery.ownCamera(server);
      // A Pi that is too busy to answer.
      camera.signal('SIGSTOP');
      await page.goto(addressOf(server, CAMERA));
      await page.locator('#status[data-step="waiting-for-offer"]').waitFor();
    },
  },
  {
    name: 'watch-waiting-for-camera',
    async show(page, scenery) {
      await page.goto(await scenery.openServer('/watch/barn'));
      await reaches(page, 'waiting-for-camera');
    },
  },
  {
    name: 'watch-live',
    async show(page, scenery) {
      await watch(page, scenery);
      await showControls(page);
      // It counts while it is seen; a finger's controls go again before it has counted enough.
      if (await hasMouse(page)) await page.locator('.badge .quality', { hasText: 'fps' }).waitFor();
    },
    hold: showControls,
  },
  {
    name: 'watch-live-faded',
    async show(page, scenery) {
      await watch(page, scenery);
      await page.locator('#frame[data-controls="hidden"]').waitFor();
    },
    hold: (page) => page.locator('#frame[data-controls="hidden"]').waitFor(),
  },
  {
    name: 'watch-live-plain-http',
    async show(page, scenery) {
      await page.addInitScript(() => Object.defineProperty(window, 'isSecureContext', { value: false }));
      await watch(page, scenery);
      await page.getByRole('button', { name: 'Got it' }).waitFor();
    },
    hold: showControls,
  },
  {
    name: 'watch-live-server-lost',
    async show(page, scenery) {
      const server = await scenery.ownServer();
      await scenery.ownCamera(server);
      await page.goto(addressOf(server, CAMERA));
      await reaches(page, 'live');
      await page.locator('perch-badge button').waitFor({ state: 'attached' });
      server.perch.signal('SIGKILL');
      await page.locator('#status', { hasText: 'out of reach' }).waitFor();
    },
    hold: showControls,
  },
  {
    name: 'watch-camera-restarting',
    async show(page, scenery) {
      // A camera that can be started once.
      const program = `exec '${scenery.cameraProgram}' --width 640 --height 360 --framerate 15 --intra 15 --inline -t 0 -o -`;
      const command = `mkdir '${await scenery.folder()}/started' && ${program}`;
      const server = await scenery.ownServer();
      const camera = await scenery.ownCamera(server, ['--source', `exec:${command}`]);
      await page.goto(addressOf(server, CAMERA));
      await reaches(page, 'live');
      process.kill(await cameraProgram(camera), 'SIGKILL');
      await reaches(page, 'camera-restarting');
    },
  },
  {
    name: 'watch-reconnecting',
    async show(page, scenery) {
      const server = await scenery.ownServer();
      const camera = await scenery.ownCamera(server);
      await page.goto(addressOf(server, CAMERA));
      await reaches(page, 'live');
      for (const perch of [server.perch, camera]) perch.signal('SIGKILL');
      await reaches(page, 'reconnecting');
    },
  },
  {
    name: 'watch-tap-to-play',
    async show(page, scenery) {
      await playNothingUnasked(page);
      await page.goto(await scenery.openServer(CAMERA));
      await page.locator('#status[data-step="tap"]').waitFor();
    },
  },
  {
    name: 'watch-stats',
    async show(page, scenery) {
      await watch(page, scenery);
      await page.keyboard.press('i');
      await page.waitForFunction(samples, SAMPLES_WORTH_SEEING);
    },
    // The charts are drawn in other colours with their next sample.
    hold: async (page) => page.waitForFunction(samples, (await page.evaluate(samples, 0)) + 1),
  },
  {
    name: 'watch-recording',
    async show(page, scenery) {
      await watch(page, scenery);
      await page.keyboard.press('r');
      await page.locator('.recording', { hasText: '0:02' }).waitFor();
    },
    hold: showControls,
  },
  {
    name: 'watch-zoomed',
    async show(page, scenery) {
      await watch(page, scenery);
      for (let press = 0; press < 4; press++) await page.keyboard.press('+');
      await page.locator('[part~="zoom-reset-control"]').waitFor();
    },
    hold: showControls,
  },
];
