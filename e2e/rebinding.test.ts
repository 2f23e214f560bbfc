/** A page whose own name leads to an open server at home, in a real browser: it gets nothing, and is told what would let it in. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { launchChromium } from './support/chromium.ts';
import { killAll, serve } from './support/perch-process.ts';
import { ViewerPage } from './support/viewer-page.ts';

const NAME = 'rebound.example';

let browser: Browser;

beforeAll(async () => {
  const args = [`--host-resolver-rules=MAP ${NAME} 127.0.0.1`];
  browser = await launchChromium(inject('chromium'), { args });
});
afterAll(() => browser.close());
afterEach(killAll);

const askAll = () =>
  Promise.all(
    ['/api/streams', '/turn-credentials', '/api/streams/demo/snapshot.jpg'].map((path) =>
      fetch(path).then(({ status }) => status),
    ),
  );

test('[LIMIT12] the page is refused by that name, and names the setting; by the address it is let in', async () => {
  const { port } = await serve();
  const refused = await ViewerPage.open(browser, `http://${NAME}:${port}/watch/demo`);
  await refused.page.getByText('PERCH_PUBLIC_URL').first().waitFor();
  expect(await refused.page.evaluate(askAll)).toEqual([403, 403, 403]);
  const own = await ViewerPage.open(browser, `http://127.0.0.1:${port}/watch/demo`);
  await own.page.getByText('offline').first().waitFor();
  expect(await own.page.evaluate(askAll)).toEqual([200, 200, 503]);
});

test('[LIMIT12] the owner says the name, and the page is let in by it', async () => {
  const { port } = await serve(0, { environment: { PERCH_PUBLIC_URL: `http://${NAME}` } });
  const { page } = await ViewerPage.open(browser, `http://${NAME}:${port}/watch/demo`);
  await page.getByText('offline').first().waitFor();
  expect(await page.evaluate(askAll)).toEqual([200, 200, 503]);
});
