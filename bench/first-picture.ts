/**
 * One page load in a context with nothing cached, and when the first picture came: after a click on the idle page, or
 * after the page was opened by a link that plays at once. Both times are the page's own, on its one clock.
 */
import { setTimeout } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';

/** A load that takes this long is broken. */
const GIVE_UP_MS = 30_000;

/** After a load: who comes next comes to a camera at rest, as people do. Perch has made its next connection ahead by then. */
export const REST_MS = 1_000;

interface FirstPicture {
  /** The first click's own time; NaN where there was none. */
  clickMs: number;
  /** The first `new WebSocket`; NaN where there was none. */
  socketMs: number;
  /** When the first picture was handed to the display. */
  readonly shownMs: Promise<number>;
}

declare global {
  interface Window {
    firstPicture: FirstPicture;
  }
}

/** From the click on `#connectBtn`, with the page loaded and nothing left for it to do, to the first picture. */
export async function clickToPictureMs(browser: Browser, url: string): Promise<number> {
  const page = await openProbed(browser, url);
  await page.locator('#streamId').fill('pi-camera-stream');
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  await page.locator('#connectBtn').click();
  const ms = await page.evaluate(async () => {
    return (await window.firstPicture.shownMs) - window.firstPicture.clickMs;
  });
  await leave(page);
  return ms;
}

/** From the start of navigation, and from the page's WebSocket during it, to the first picture. */
export async function linkToPictureMs(
  browser: Browser,
  url: string,
): Promise<{ readonly fromLinkMs: number; readonly fromSocketMs: number }> {
  const page = await openProbed(browser, url);
  const ms = await page.evaluate(async () => {
    const shownMs = await window.firstPicture.shownMs;
    return { fromLinkMs: shownMs, fromSocketMs: shownMs - window.firstPicture.socketMs };
  });
  await leave(page);
  return ms;
}

async function leave(page: Page): Promise<void> {
  await page.close();
  await setTimeout(REST_MS);
}

async function openProbed(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(GIVE_UP_MS);
  await page.addInitScript(() => {
    const probe: FirstPicture = {
      clickMs: Number.NaN,
      socketMs: Number.NaN,
      shownMs: new Promise((resolve) => {
        addEventListener('DOMContentLoaded', () => {
          (document.querySelector('perch-player')?.shadowRoot ?? document)
            .querySelector('video')
            ?.requestVideoFrameCallback((now) => resolve(now));
        });
      }),
    };
    window.firstPicture = probe;
    const clicked = ({ timeStamp }: Event): void => {
      probe.clickMs = timeStamp;
    };
    addEventListener('click', clicked, { capture: true, once: true });
    window.WebSocket = class extends WebSocket {
      constructor(address: string | URL, protocols?: string | string[]) {
        if (Number.isNaN(probe.socketMs)) probe.socketMs = performance.now();
        super(address, protocols);
      }
    };
  });
  await page.goto(url);
  return page;
}
