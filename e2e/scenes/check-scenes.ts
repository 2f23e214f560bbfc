/** The page that says why there is no picture. */
import { reaches, type Scene } from './scene.ts';
import { addressOf } from './scenery.ts';

export const checkScenes: readonly Scene[] = [
  {
    name: 'check-form',
    async show(page, scenery) {
      await page.goto(await scenery.openServer('/check'));
      await page.locator('#link').waitFor();
    },
  },
  {
    name: 'check-running',
    async show(page, scenery) {
      const server = await scenery.ownServer();
      const camera = await scenery.ownCamera(server);
      // A Pi that is too busy to answer, for which the check has some patience.
      camera.signal('SIGSTOP');
      await page.goto(addressOf(server, '/check/front-door'));
      await page.locator('.verdict[data-state="running"]').waitFor();
      await page.locator('[data-step="server"][data-state="passed"]').waitFor();
    },
  },
  {
    name: 'check-camera-offline',
    async show(page, scenery) {
      await page.goto(await scenery.openServer('/check/barn'));
      await page.locator('.verdict[data-cause="camera-offline"]').waitFor();
    },
  },
  {
    name: 'check-token-missing',
    async show(page, scenery) {
      const { server } = await scenery.closedServer();
      await page.goto(addressOf(server, '/watch/garden'));
      await reaches(page, 'refused');
      await page.getByRole('link', { name: 'Why can’t I connect?' }).click();
      await page.locator('.verdict[data-cause="token-missing"]').waitFor();
    },
  },
  {
    name: 'check-works',
    async show(page, scenery) {
      await page.goto(await scenery.openServer('/check/front-door'));
      await page.locator('.verdict[data-cause="works"]').waitFor();
    },
  },
];
