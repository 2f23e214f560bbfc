/** The page at `/`: the cameras of a server, those that the browser keeps, and the ways to add and share one. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { accessibilityFaults } from './support/accessibility.ts';
import { ClosedServer } from './support/closed-server.ts';
import { serve, stream } from './support/perch-process.ts';
import { qrImage } from './support/qr-image.ts';
import { useBrowser } from './support/use-browser.ts';
import type { ViewerPage } from './support/viewer-page.ts';

const open = useBrowser();

const addressOf = ({ port }: { readonly port: number }, path = '/') => `http://127.0.0.1:${port}${path}`;
const titles = (page: Page) => page.locator('perch-camera-card h3').allTextContents();
const card = (page: Page, name: string): Locator =>
  page.locator('perch-camera-card').filter({ has: page.getByRole('heading', { name, exact: true }) });
const livePlayers = (page: Page, within: string) => page.locator(`${within} perch-player[state="live"]`);

async function openServer(...streams: readonly string[]) {
  const server = await serve();
  await Promise.all(streams.map((id) => stream(server.port, ['--stream-id', id])));
  return server;
}

/** A closed server with these streams, and a link to each. */
async function closedServer(...streams: readonly string[]) {
  const server = await ClosedServer.start();
  const links = await Promise.all(
    streams.map(async (id) => {
      const environment = { PERCH_TOKEN: await server.publishToken(id) };
      const [, link] = await Promise.all([
        stream(server.port, ['--stream-id', id], { environment }),
        server.link(`Guest of ${id}`, id),
      ]);
      return link;
    }),
  );
  return { server, links };
}

/** Watches each link until there is a picture, and goes to the cameras page after that. */
async function watchAll(links: readonly string[], home: string): Promise<ViewerPage> {
  let viewer: ViewerPage | undefined;
  for (const link of links) {
    if (viewer === undefined) viewer = await open(link);
    else await viewer.page.goto(link);
    await viewer.reaches('live');
    await viewer.page.waitForFunction(
      (stream) => localStorage.getItem('perch.cameras.1')?.includes(stream),
      new URL(link).pathname.split('/').at(-1) ?? '',
    );
  }
  if (viewer === undefined) throw new Error('no link was given');
  await viewer.page.goto(home);
  return viewer;
}

describe('on an open server', () => {
  test('shows a card for each stream, which goes live by a tap and opens by the next', async () => {
    const server = await openServer('front-door', 'garden');
    const { page } = await open(addressOf(server));
    // The mouse that taps is above the card first, which starts nothing then.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await card(page, 'garden').waitFor();
    expect(await titles(page)).toEqual(['front-door', 'garden']);
    await card(page, 'garden').getByText('Live · 0 viewers').waitFor();
    const still = card(page, 'garden').getByRole('img', { name: 'Latest picture of garden' });
    await still.waitFor();
    await expect.poll(() => still.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);
    const first = await still.getAttribute('src');
    await expect.poll(() => still.getAttribute('src'), { timeout: 20_000 }).not.toBe(first);
    expect(await accessibilityFaults(page)).toEqual([]);

    await card(page, 'garden').getByRole('link', { name: 'Show garden live here' }).click();
    await livePlayers(page, 'perch-camera-card').waitFor();
    expect(await livePlayers(page, 'perch-camera-card').count()).toBe(1);
    await card(page, 'garden').getByRole('link', { name: 'Open garden' }).click();
    await page.waitForURL('**/watch/garden');
  });

  test('shows a camera live while the mouse is above its card', async () => {
    const server = await openServer('garden');
    const { page } = await open(addressOf(server));
    await card(page, 'garden').getByText(/Live/).waitFor();
    await card(page, 'garden').locator('.cover').hover();
    await livePlayers(page, 'perch-camera-card').waitFor();
    await page.getByRole('heading', { name: 'Perch' }).hover();
    await expect.poll(() => page.locator('perch-camera-card perch-player').count()).toBe(0);
  });

  test('shows two or four live at once, each a tap away from all of the screen', async () => {
    const server = await openServer('attic', 'front-door', 'garden');
    const { page } = await open(addressOf(server));
    await page.getByRole('button', { name: 'Two live' }).click();
    await livePlayers(page, '.wall').nth(1).waitFor();
    expect(await page.locator('.tile-name').allTextContents()).toEqual(['attic', 'front-door']);
    await page.getByRole('button', { name: 'Next cameras' }).click();
    await page.locator('.tile-name', { hasText: 'garden' }).waitFor();
    expect(await page.locator('.tile-name').allTextContents()).toEqual(['garden']);

    await page.getByRole('button', { name: 'Four live' }).click();
    await livePlayers(page, '.wall').nth(2).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cards' }).click();
    await card(page, 'garden').waitFor();
    expect(await page.locator('main perch-cameras perch-player').count()).toBe(0);

    await page.getByRole('button', { name: 'Four live' }).click();
    await page.getByRole('link', { name: 'Open garden' }).click();
    await page.waitForURL('**/watch/garden');
  });

  test('says when a camera goes, and when the server does', async () => {
    const server = await serve();
    const streamer = await stream(server.port, ['--stream-id', 'garden']);
    const viewer = await watchAll([addressOf(server, '/watch/garden')], addressOf(server));
    const { page } = viewer;
    await card(page, 'garden').getByText(/Live/).waitFor();
    streamer.signal('SIGTERM');
    await streamer.end();
    await askAnew(page);
    await card(page, 'garden').getByText('Offline').waitFor();
    server.perch.signal('SIGKILL');
    await server.perch.end();
    await askAnew(page);
    await page.getByText('The server can’t be reached.').waitFor();
  });

  test('moves the focus among the cards by arrow keys', async () => {
    const server = await openServer('a', 'b', 'c');
    const { page } = await open(addressOf(server));
    await card(page, 'c').waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    await card(page, 'a').locator('.cover').focus();
    const walked = [];
    for (const key of ['ArrowRight', 'End', 'ArrowLeft', 'Home', 'ArrowLeft']) {
      await page.keyboard.press(key);
      walked.push((await focused()).replace(/^Show | live here$/g, ''));
    }
    expect(walked).toEqual(['b', 'c', 'b', 'a', 'a']);
  });
});

/** As on coming back to the page, for which it does not wait out its ten seconds. */
function askAnew(page: Page): Promise<boolean> {
  return page.evaluate(() => dispatchEvent(new Event('online')));
}

describe('on a closed server', () => {
  test('[AUTH1] keeps the cameras whose picture was seen, each with its own token', async () => {
    const { server, links } = await closedServer('front-door', 'garden');
    const nobody = await open(addressOf(server));
    await nobody.page.locator('#status', { hasText: 'Not connected.' }).waitFor();

    const { page } = await watchAll(links, addressOf(server));
    await card(page, 'front-door').getByText(/Live/).waitFor();
    await card(page, 'garden').getByText(/Live/).waitFor();
    await server.token('--revoke', 'Guest of garden');
    await expect
      .poll(async () => {
        await askAnew(page);
        return await card(page, 'garden').locator('.state').textContent();
      })
      .toMatch(/no longer valid/);
    await card(page, 'front-door').getByText(/Live/).waitFor();
  });

  test('a name, a place and what was forgotten outlast a reload', async () => {
    const { server, links } = await closedServer('front-door', 'garden', 'pond');
    const { page } = await watchAll(links, addressOf(server));
    await card(page, 'front-door').waitFor();

    await card(page, 'garden').getByRole('button', { name: 'Options of garden' }).click();
    await page.getByLabel('Name').fill('Behind the house');
    await page.getByRole('button', { name: 'Save' }).click();
    await card(page, 'Behind the house')
      .getByRole('button', { name: /Options/ })
      .click();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Move up' }).click();
    await page.getByText('Place 1 of 3').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => titles(page)).toEqual(['Behind the house', 'front-door', 'pond']);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'Options of Behind the house',
    );

    await card(page, 'front-door')
      .getByRole('button', { name: /Options/ })
      .click();
    await page.getByRole('button', { name: 'Forget this camera' }).click();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await expect.poll(() => titles(page)).toEqual(['Behind the house', 'pond']);
    await page.reload();
    await card(page, 'pond').waitFor();
    expect(await titles(page)).toEqual(['Behind the house', 'pond']);
    await card(page, 'pond').dragTo(card(page, 'Behind the house'));
    await expect.poll(() => titles(page)).toEqual(['pond', 'Behind the house']);
    await page.reload();
    await card(page, 'pond').waitFor();
    expect(await titles(page)).toEqual(['pond', 'Behind the house']);
  });

  test('[LINK2] [LINK6] who may share a camera makes a link there, and a QR code of it', async () => {
    const server = await ClosedServer.start();
    const environment = { PERCH_TOKEN: await server.publishToken('garden') };
    await stream(server.port, ['--stream-id', 'garden'], { environment });
    const [link = ''] =
      /http:\S+/.exec(await server.token('--view', 'garden', '--name', 'Ann', '--share')) ?? [];
    const { page } = await watchAll([link], addressOf(server));
    await card(page, 'garden').getByText(/Live/).waitFor();
    await card(page, 'garden')
      .getByRole('button', { name: /Options/ })
      .click();
    await page.getByRole('button', { name: 'Share…' }).click();
    await page.getByLabel('1 hour').check();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make a link' }).click();
    const shared = await page.getByLabel('Link', { exact: true }).inputValue();
    expect(shared).not.toBe(link);
    expect(await accessibilityFaults(page)).toEqual([]);
    const code = await page.getByRole('img', { name: 'The link as a QR code' }).screenshot();

    const guest = await open(shared);
    await guest.reaches('live');
    await guest.page.goto(addressOf(server));
    await card(guest.page, 'garden').getByText(/Live/).waitFor();
    await card(guest.page, 'garden')
      .getByRole('button', { name: /Options/ })
      .click();
    // A link that was shared can't be shared on.
    expect(await guest.page.getByRole('button', { name: 'Share…' }).count()).toBe(0);

    const scanner = await open(addressOf(server));
    await scanner.page.getByRole('button', { name: 'Add camera' }).click();
    await scanner.page.setInputFiles('#qrImage', { name: 'code.png', mimeType: 'image/png', buffer: code });
    await scanner.page.getByRole('button', { name: 'Watch now' }).click();
    await scanner.page.waitForURL(shared);
  });
});

describe('someone without a camera', () => {
  test('pastes a link where a name is asked for, and sees the picture there', async () => {
    const { server, links } = await closedServer('garden');
    const viewer = await open(addressOf(server));
    await viewer.page.fill('#streamId', links[0] ?? '');
    await viewer.page.click('#connectBtn');
    await viewer.reaches('live');
    expect(await viewer.connections()).toEqual({ made: 1, open: 1 });
    await viewer.page.click('#disconnectBtn');
    await card(viewer.page, 'garden').getByText(/Live/).waitFor();
  });

  test('goes to another server by its address', async () => {
    const [here, there] = [await serve(), await serve()];
    const { page } = await open(addressOf(here));
    await page.getByLabel('Another server').fill('two words');
    await page.getByRole('button', { name: 'Go' }).click();
    expect(await page.locator('#serverAddress:invalid').count()).toBe(1);
    await page.getByLabel('Another server').fill(`127.0.0.1:${there.port}`);
    await page.getByRole('button', { name: 'Go' }).click();
    await page.waitForURL(addressOf(there));
    await page.getByLabel('Another server').fill(`127.0.0.1:${here.port}/watch/garden`);
    await page.keyboard.press('Enter');
    await page.waitForURL(addressOf(here, '/watch/garden'));
  });

  test('finds the servers again that were gone to, also after a reload, and can forget them', async () => {
    const [here, there] = [await serve(), await serve()];
    const { page } = await open(addressOf(here));
    const servers = page.getByRole('list', { name: 'Servers you went to' }).getByRole('link');
    const goToAndBack = async (address: string) => {
      const loaded = page.waitForEvent('load');
      await page.getByLabel('Another server').fill(address);
      await page.keyboard.press('Enter');
      await loaded;
      await page.goto(addressOf(here));
    };
    await goToAndBack(`localhost:${there.port}/#token=a.b.c`);
    await goToAndBack(`127.0.0.1:${there.port}/watch/garden`);
    // One's own is no other.
    await goToAndBack(`127.0.0.1:${here.port}`);
    await page.reload();
    const names = [`http://127.0.0.1:${there.port}`, `http://localhost:${there.port}`];
    await expect.poll(() => servers.allTextContents()).toEqual(names);
    expect(await accessibilityFaults(page)).toEqual([]);
    // A key to a camera is not kept with the address.
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('a.b.c');

    await page.getByRole('button', { name: `Forget http://127.0.0.1:${there.port}` }).click();
    await expect.poll(() => servers.allTextContents()).toEqual([`http://localhost:${there.port}`]);
    await page.keyboard.press('Enter');
    await expect.poll(() => servers.count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('serverAddress');
    await page.reload();
    await page.getByRole('button', { name: 'Go' }).waitFor();
    expect(await servers.count()).toBe(0);

    await goToAndBack(`127.0.0.1:${there.port}`);
    await servers.click();
    await page.waitForURL(addressOf(there));
  });

  test('adds a camera of another server by a link, which is not opened unasked', async () => {
    const server = await serve();
    const { page } = await open(addressOf(server));
    await page.getByRole('button', { name: 'Add camera' }).click();
    await page.getByLabel('Link to the camera').fill('rtsp://nothing');
    await page.keyboard.press('Enter');
    await page.getByText('That is not a link to a camera: rtsp://nothing').waitFor();
    await page.getByLabel('Link to the camera').fill('https://other.example/watch/attic#token=a.b.c');
    await page.keyboard.press('Enter');
    await page.getByText('Camera “attic” on other.example. That is another server').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add to my cameras' }).click();
    await card(page, 'attic').getByText('On other.example').waitFor();
    expect(page.url()).toBe(addressOf(server));
    expect(await card(page, 'attic').locator('.cover').getAttribute('href')).toBe(
      'https://other.example/watch/attic#token=a.b.c',
    );
  });

  test('reads a QR code from an image, and from the device’s camera', async () => {
    const server = await serve();
    const link = addressOf(server, '/watch/V%C3%B6gel#token=a.b.c');
    const code = qrImage(link);
    const { page } = await open(addressOf(server));
    await page.getByRole('button', { name: 'Add camera' }).click();
    await page.setInputFiles('#qrImage', { name: 'code.gif', mimeType: 'image/gif', buffer: code });
    await page.getByText('Camera “Vögel” on 127.0.0.1').waitFor();
    const plain = { name: 'plain.svg', mimeType: 'text/plain', buffer: Buffer.from('no image') };
    await page.setInputFiles('#qrImage', plain);
    await page.getByText('There is no QR code that can be read').waitFor();

    await page.evaluate(
      async (gif) => {
        const image = new Image();
        image.src = gif;
        await image.decode();
        const canvas = document.createElement('canvas');
        Object.assign(canvas, { width: 640, height: 640 });
        setInterval(() => canvas.getContext('2d')?.drawImage(image, 20, 20, 600, 600), 50);
        navigator.mediaDevices.getUserMedia = () => Promise.resolve(canvas.captureStream(20));
      },
      `data:image/gif;base64,${code.toString('base64')}`,
    );
    await page.getByRole('button', { name: 'Scan a QR code' }).click();
    await page.getByText('Camera “Vögel” on 127.0.0.1').waitFor();
    // The camera is given back.
    await expect.poll(() => page.locator('#scanVideo').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Add to my cameras' }).click();
    await card(page, 'Vögel').waitFor();
  });

  test('has a QR code read by the browser, where it can', async () => {
    const server = await serve();
    const { page } = await open(addressOf(server));
    await page.addInitScript(() => {
      Object.assign(window, {
        BarcodeDetector: class {
          static getSupportedFormats(): Promise<readonly string[]> {
            return Promise.resolve(['qr_code']);
          }

          detect = (image: ImageBitmap) =>
            Promise.resolve([{ rawValue: `${location.origin}/watch/of-${image.constructor.name}` }]);
        },
      });
    });
    await page.reload();
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await page.getByRole('button', { name: 'Add camera' }).click();
    const code = { name: 'code.gif', mimeType: 'image/gif', buffer: qrImage('not read') };
    await page.setInputFiles('#qrImage', code);
    await page.getByText('Camera “of-ImageBitmap”').waitFor();
    expect(loaded.filter((url) => url.includes('/decode-'))).toEqual([]);
  });

  test('is told in German, too', async () => {
    const server = await serve();
    const { page } = await open(addressOf(server));
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'languages', { value: ['de-AT'] });
    });
    await page.reload();
    await page.getByRole('button', { name: 'Kamera hinzufügen' }).click();
    await page.getByLabel('Link zur Kamera').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
  });
});

describe('as an app', () => {
  test('opens without the server, says so, and has kept no token and no still', async () => {
    const { server, links } = await closedServer('garden');
    const { page } = await watchAll(links, addressOf(server));
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await card(page, 'garden').getByText(/Live/).waitFor();
    server.perch.signal('SIGKILL');
    await server.perch.end();
    await page.reload();
    await page.getByText('The server can’t be reached.').waitFor();
    expect(await titles(page)).toEqual(['garden']);
    const kept = await page.evaluate(async () => {
      const names = await caches.keys();
      const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return requests.flat().map(({ url }) => url);
    });
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.filter((url) => /\/api\/|\/whep|token=|snapshot\.jpg|\?/.test(url))).toEqual([]);

    await page.goto(links[0] ?? '');
    await page.locator('#status', { hasText: 'The server can’t be reached.' }).waitFor();
  });

  test('has a manifest whose icons are there', async () => {
    const server = await serve();
    const response = await fetch(addressOf(server, '/manifest.webmanifest'));
    expect(response.headers.get('content-type')).toMatch(/^application\/manifest\+json/);
    const manifest = (await response.json()) as { icons: { src: string; type: string; purpose?: string }[] };
    for (const { src, type } of manifest.icons) {
      const icon = await fetch(addressOf(server, src));
      expect([src, icon.status]).toEqual([src, 200]);
      expect(icon.headers.get('content-type')?.split(';')[0]).toBe(type);
    }
    expect(manifest.icons.some(({ purpose }) => purpose === 'maskable')).toBe(true);
  });

  test('can be installed where the browser says so', async () => {
    const server = await serve();
    const { page } = await open(addressOf(server));
    await page.locator('html[lang]').waitFor();
    await page.evaluate(() => {
      const prompt = () =>
        Promise.resolve(document.title).then((title) => {
          document.title = `${title} asked`;
        });
      dispatchEvent(Object.assign(new Event('beforeinstallprompt', { cancelable: true }), { prompt }));
    });
    await page.getByRole('button', { name: 'Install Perch' }).click();
    await expect.poll(() => page.title()).toBe('Perch asked');
  });

  test('on an iPhone, the icon of a camera’s page keeps its link, and the first page says so', async () => {
    const { server, links } = await closedServer('garden');
    const asSafari = () => Object.defineProperty(navigator, 'standalone', { value: false });
    const iconOf = (page: Page) =>
      page.evaluate(() => ({
        manifest: document.querySelector('link[rel="manifest"]') !== null,
        title: document.querySelector('meta[name="apple-mobile-web-app-title"]')?.getAttribute('content'),
        address: location.href,
      }));
    const prepare = (page: Page) => page.addInitScript(asSafari);
    const { page } = await open(links[0] ?? '', { prepare });
    await page.waitForFunction(() => document.title.startsWith('garden'));
    expect(await iconOf(page)).toEqual({ manifest: false, title: 'garden', address: links[0] });
    await page.goto(addressOf(server));
    await page.getByText('that icon keeps the camera and its key').waitFor();
    expect(await iconOf(page)).toMatchObject({ manifest: true, title: 'Perch' });

    const elsewhere = await open(links[0] ?? '');
    await elsewhere.page.waitForFunction(() => document.title.startsWith('garden'));
    expect(await iconOf(elsewhere.page)).toMatchObject({ manifest: true, title: 'Perch' });
  });

  test('asks the browser not to delete the cameras that a person added, and nothing while somebody watches', async () => {
    const server = await openServer('garden');
    const asked = (page: Page) => page.evaluate(() => Reflect.get(window, 'asked'));
    const viewer = await open(addressOf(server, '/watch/garden'), {
      prepare: (page) =>
        page.addInitScript(() => {
          Reflect.set(window, 'asked', 0);
          navigator.storage.persist = () => {
            Reflect.set(window, 'asked', Reflect.get(window, 'asked') + 1);
            return Promise.resolve(false);
          };
        }),
    });
    const { page } = viewer;
    await viewer.reaches('live');
    await page.waitForFunction(() => localStorage.getItem('perch.cameras.1')?.includes('garden'));
    expect(await asked(page)).toBe(0);
    await page.goto(addressOf(server));
    await card(page, 'garden').getByText(/Live/).waitFor();
    expect(await asked(page)).toBe(0);
    await page.getByRole('button', { name: 'Add camera' }).click();
    await page.getByLabel('Link to the camera').fill('https://other.example/watch/attic#token=a.b.c');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Add to my cameras' }).click();
    await card(page, 'attic').waitFor();
    await expect.poll(() => asked(page)).toBe(1);
  });

  test('where a camera’s page came over plain http it says what is missing, until that was read', async () => {
    const server = await openServer('garden');
    const viewer = await open(addressOf(server, '/watch/garden'), {
      prepare: (page) =>
        page.addInitScript(() => {
          Object.defineProperty(window, 'isSecureContext', { value: false });
        }),
    });
    const { page } = viewer;
    await page.getByText('So the screen goes dark while you watch').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Got it' }).click();
    expect(await page.getByText('plain http').count()).toBe(0);
    const loaded = page.waitForResponse(/plain-http-hint/);
    await page.reload();
    await (await loaded).finished();
    await viewer.shows(5);
    expect(await page.getByText('plain http').count()).toBe(0);
  });

  test('says what is missing where the page came over plain http', async () => {
    const server = await serve();
    const { page } = await open(addressOf(server));
    await page.addInitScript(() => {
      Object.defineProperty(window, 'isSecureContext', { value: false });
    });
    await page.reload();
    await page.getByText('let the screen go dark while you watch').waitFor();
    await page.getByRole('button', { name: 'Add camera' }).click();
    await page.getByText('Scanning with the camera needs https.').waitFor();
    expect(await page.getByRole('button', { name: 'Scan a QR code' }).count()).toBe(0);
  });
});
