/** What a page says to a browser that can't run it: nothing that is begun and fails without a word. */
import { expect, test } from 'vitest';
import { serve } from './support/perch-process.ts';
import { useBrowser } from './support/use-browser.ts';

const open = useBrowser();

test.each(['/', '/watch/pi-camera-stream', '/check'])(
  '%s says what it needs to a browser too old for it',
  async (path) => {
    const { port } = await serve();
    const viewer = await open(`http://127.0.0.1:${port}${path}`, {
      prepare: (page) =>
        page.addInitScript(() => {
          Reflect.deleteProperty(Object, 'hasOwn');
        }),
    });
    const says = viewer.page.getByText(/this browser may be too old/);
    expect(await says.isVisible()).toBe(false);
    // Its ten seconds are those of a page that is slow to load.
    await viewer.page.evaluate(() => {
      for (const animation of document.getAnimations()) animation.finish();
    });
    expect(await says.isVisible()).toBe(true);
  },
);

test.each(['/', '/watch/pi-camera-stream', '/check'])(
  '%s says nothing of that to one that is not',
  async (path) => {
    const { port } = await serve();
    const viewer = await open(`http://127.0.0.1:${port}${path}`);
    await viewer.page
      .locator('perch-player:defined, perch-check:defined')
      .first()
      .waitFor({ state: 'attached' });
    await viewer.page.evaluate(() => {
      for (const animation of document.getAnimations()) animation.finish();
    });
    expect(await viewer.page.getByText(/this browser may be too old/).isVisible()).toBe(false);
  },
);
