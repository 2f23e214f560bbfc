/** One browser for the tests of a file; after each test its pages are closed, and what the test started is killed. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { launchChromium } from './chromium.ts';
import { killAll } from './perch-process.ts';
import { ViewerPage, type ViewerPageOptions } from './viewer-page.ts';

/** To be called at the top of a test file. Returns how to open a page in the browser. */
export function useBrowser(): (url: string, options?: ViewerPageOptions) => Promise<ViewerPage> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium(inject('chromium'));
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await killAll();
  });
  return (url, options) => ViewerPage.open(browser, url, options);
}
