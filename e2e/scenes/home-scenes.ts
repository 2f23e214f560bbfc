/** The cameras page and its dialogs. */
import type { Page } from 'playwright-core';
import { qrImage } from '../support/qr-image.ts';
import type { Scene } from './scene.ts';
import { addressOf, CAMERAS, type Scenery } from './scenery.ts';

/** Adds cameras by their links, as a person does; the page is left on the cameras page. */
async function add(page: Page, ...links: readonly string[]): Promise<void> {
  for (const link of links) {
    await page.getByRole('button', { name: 'Add camera' }).click();
    await page.getByLabel('Link to the camera').fill(link);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Add to my cameras' }).click();
  }
}

const openDialog = (page: Page) => page.locator('dialog[open]').waitFor();

async function cameras(page: Page, scenery: Scenery): Promise<void> {
  await page.goto(await scenery.openServer('/'));
  // Stills are fetched for the cards that are on the screen.
  await page.waitForFunction((count) => {
    const cards = [...document.querySelectorAll('perch-camera-card')];
    const seen = cards.filter((card) => card.getBoundingClientRect().top < innerHeight);
    return cards.length === count && seen.every((card) => card.querySelector('img')?.complete);
  }, CAMERAS.length);
}

async function wall(page: Page, scenery: Scenery, button: string, count: number): Promise<void> {
  await cameras(page, scenery);
  await page.getByRole('button', { name: button }).click();
  await page
    .locator('.wall perch-player[state="live"]')
    .nth(count - 1)
    .waitFor();
}

async function options(page: Page, scenery: Scenery): Promise<void> {
  const { server, link } = await scenery.closedServer();
  await page.goto(addressOf(server, '/'));
  await add(page, link);
  await page.locator('perch-camera-card .state', { hasText: 'Live' }).waitFor();
  await page.getByRole('button', { name: 'Options of garden' }).click();
  await openDialog(page);
}

async function share(page: Page, scenery: Scenery): Promise<void> {
  await options(page, scenery);
  await page.getByRole('button', { name: 'Share…' }).click();
  await page.getByRole('button', { name: 'Make a link' }).waitFor();
}

async function addDialog(page: Page, scenery: Scenery): Promise<void> {
  const { server } = await scenery.closedServer();
  await page.goto(addressOf(server, '/'));
  await page.getByRole('button', { name: 'Add camera' }).click();
  await openDialog(page);
}

export const homeScenes: readonly Scene[] = [
  {
    name: 'home-empty',
    async show(page, scenery) {
      const { server } = await scenery.closedServer();
      await page.goto(addressOf(server, '/'));
      await page.locator('#status', { hasText: 'Not connected.' }).waitFor();
    },
  },
  {
    name: 'home-servers',
    async show(page, scenery) {
      // As somebody has them who went there.
      await page.addInitScript(() => {
        const servers = [
          'https://camera.example',
          'http://192.168.1.5:8080',
          'https://garden.camera.example',
        ];
        localStorage.setItem('perch.servers.1', JSON.stringify(servers));
      });
      const { server } = await scenery.closedServer();
      await page.goto(addressOf(server, '/'));
      await page.getByRole('list', { name: 'Servers you went to' }).waitFor();
    },
  },
  { name: 'home-cameras', show: cameras },
  {
    name: 'home-cameras-away',
    async show(page, scenery) {
      await cameras(page, scenery);
      const barn = await scenery.openServer('/watch/barn');
      await add(page, barn, 'https://camera.example/watch/beach-hut#token=a.b.c');
      await page.locator('perch-camera-card .state', { hasText: 'Offline' }).waitFor();
      await page.locator('perch-camera-card .state', { hasText: 'On camera.example' }).waitFor();
    },
  },
  {
    name: 'home-live-card',
    async show(page, scenery) {
      await cameras(page, scenery);
      await page.getByRole('link', { name: 'Show garden live here' }).click();
      await page.locator('perch-camera-card perch-player[state="live"]').waitFor();
    },
  },
  { name: 'home-two-live', show: (page, scenery) => wall(page, scenery, 'Two live', 2) },
  { name: 'home-four-live', show: (page, scenery) => wall(page, scenery, 'Four live', 4) },
  {
    name: 'home-playing',
    async show(page, scenery) {
      await page.goto(await scenery.openServer('/?stream=garden'));
      await page.locator('perch-player[state="live"]').waitFor();
    },
  },
  {
    name: 'home-server-lost',
    async show(page, scenery) {
      const server = await scenery.ownServer();
      await scenery.ownCamera(server);
      await page.goto(addressOf(server, '/'));
      await page.locator('perch-camera-card').waitFor();
      server.perch.signal('SIGKILL');
      await server.perch.end();
      await page.evaluate(() => dispatchEvent(new Event('online')));
      await page.getByText('The server can’t be reached.').waitFor();
    },
  },
  { name: 'dialog-add', show: addDialog },
  {
    name: 'dialog-add-found',
    async show(page, scenery) {
      await addDialog(page, scenery);
      const code = qrImage('https://camera.example/watch/beach-hut#token=a.b.c');
      await page.setInputFiles('#qrImage', { name: 'code.gif', mimeType: 'image/gif', buffer: code });
      await page.getByRole('button', { name: 'Watch now' }).waitFor();
    },
  },
  {
    name: 'dialog-add-scanning',
    async show(page, scenery) {
      // Stands in for the device's camera, which looks at a wall.
      await page.addInitScript(() => {
        const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
        const context = canvas.getContext('2d') as CanvasRenderingContext2D;
        Object.assign(context, { fillStyle: '#8a7f70' });
        setInterval(() => context.fillRect(0, 0, 640, 480), 100);
        navigator.mediaDevices.getUserMedia = () => Promise.resolve(canvas.captureStream(10));
      });
      await addDialog(page, scenery);
      await page.getByRole('button', { name: 'Scan a QR code' }).click();
      await page.locator('#scanVideo').waitFor();
    },
  },
  { name: 'dialog-options', show: options },
  {
    name: 'dialog-forget',
    async show(page, scenery) {
      await options(page, scenery);
      await page.getByRole('button', { name: 'Forget this camera' }).click();
      await page.getByRole('button', { name: 'Forget it' }).waitFor();
    },
  },
  { name: 'dialog-share', show: share },
  {
    name: 'dialog-share-link',
    async show(page, scenery) {
      await share(page, scenery);
      await page.getByRole('button', { name: 'Make a link' }).click();
      await page.getByRole('img', { name: 'The link as a QR code' }).waitFor();
    },
  },
];
