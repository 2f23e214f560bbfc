/** A phone held sideways: a notch at one end, round corners at the other, and a bar for gestures below. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ClosedServer } from './support/closed-server.ts';
import { serve, stream } from './support/perch-process.ts';
import { useBrowser } from './support/use-browser.ts';
import type { ViewerPage } from './support/viewer-page.ts';

const open = useBrowser();

const SCREEN = { width: 844, height: 390 };
const INSETS = { top: 0, left: 59, right: 59, bottom: 21 };

async function openSideways(address: string): Promise<ViewerPage> {
  return await open(address, {
    phone: true,
    prepare: async (page) => {
      await page.setViewportSize(SCREEN);
      const client = await page.context().newCDPSession(page);
      await client.send('Emulation.setSafeAreaInsetsOverride', { insets: INSETS });
    },
  });
}

type Edge = 'left' | 'right' | 'bottom';

const ALL: readonly Edge[] = ['left', 'right', 'bottom'];

/** Which of these, by selector, reach into what a person can't see or press. Each has to be there. */
function unseen(
  page: Page,
  selectors: readonly string[],
  edges: readonly Edge[] = ALL,
): Promise<readonly string[]> {
  return page.evaluate(
    ([wanted, looked, screen, insets]) => {
      const roots: ParentNode[] = [document];
      for (const root of roots) {
        for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) roots.push(shadowRoot);
      }
      return wanted.flatMap((selector) => {
        const boxes = roots
          .flatMap((root) => [...root.querySelectorAll(selector)])
          .map((element) => element.getBoundingClientRect())
          .filter(({ width }) => width > 0);
        if (boxes.length === 0) return [`no ${selector}`];
        return boxes.flatMap(({ left, right, bottom }) => {
          const room = {
            left: left - insets.left,
            right: screen.width - insets.right - right,
            bottom: screen.height - insets.bottom - bottom,
          };
          return looked.filter((edge) => room[edge] < 0).map((edge) => `${selector}, ${edge}: ${room[edge]}`);
        });
      });
    },
    [selectors, edges, SCREEN, INSETS] as const,
  );
}

describe('on the watch page nothing that is read or pressed lies behind the notch', () => {
  test('while the picture is live, and what the server’s absence says', async () => {
    const { perch, port } = await serve();
    await stream(port);
    const viewer = await openSideways(`http://127.0.0.1:${port}/watch/pi-camera-stream`);
    await viewer.reaches('live');
    const { page } = viewer;
    await page.locator('perch-badge button').waitFor({ state: 'attached' });
    const shown = ['.control', '#status', 'perch-badge button'];
    expect(await unseen(page, shown)).toEqual([]);
    perch.signal('SIGKILL');
    await page.locator('#status', { hasText: 'out of reach' }).waitFor();
    expect(await unseen(page, shown)).toEqual([]);
  });

  test('in the statistics', async () => {
    const { port } = await serve();
    await stream(port);
    const viewer = await openSideways(`http://127.0.0.1:${port}/watch/pi-camera-stream`);
    await viewer.reaches('live');
    const { page } = viewer;
    await page.keyboard.press('i');
    await page.getByRole('dialog').locator('td').first().waitFor();
    // What is further down is scrolled to.
    const across = await unseen(page, ['h2', 'header button', '.name', '.chart', 'td'], ['right']);
    expect(across).toEqual([]);
  });

  test('where the link is refused, in German too', async () => {
    const server = await ClosedServer.start();
    const viewer = await openSideways(`http://127.0.0.1:${server.port}/watch/garden#token=a.b.c`);
    await viewer.reaches('refused');
    const { page } = viewer;
    await page.locator('.bar').waitFor();
    expect(await unseen(page, ['.control', '#status', '.check-link'])).toEqual([]);
    await page.evaluate(() => {
      document.documentElement.lang = 'de';
      document.querySelector('perch-player')?.requestUpdate();
    });
    await page.locator('#status', { hasText: 'Schlüssel' }).waitFor();
    expect(await unseen(page, ['#status', '.check-link'])).toEqual([]);
  });
});

test('on the first page nothing lies there, with its form or with cameras', async () => {
  const { port } = await serve();
  const { page } = await openSideways(`http://127.0.0.1:${port}/`);
  await page.evaluate(() => {
    const servers = ['https://camera.example', 'http://192.168.1.5:8080', 'https://garden.camera.example'];
    localStorage.setItem('perch.servers.1', JSON.stringify(servers));
  });
  await page.reload();
  await page.locator('.servers').waitFor();
  const form = ['.logo', 'h1', '#addBtn', 'input', '.controls button', '.servers li'];
  expect(await unseen(page, form, ['left', 'right'])).toEqual([]);
  await stream(port, ['--stream-id', 'garden']);
  await page.reload();
  await page.locator('perch-camera-card').waitFor();
  expect(await unseen(page, ['perch-camera-card', '#addBtn'], ['left', 'right'])).toEqual([]);
});
