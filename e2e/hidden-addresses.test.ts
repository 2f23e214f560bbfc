/** A browser as people have it, which gives no page its addresses, but names that only its own network can look up. */
import { afterEach, expect, inject, test } from 'vitest';
import { launchChromium } from './support/chromium.ts';
import { killAll, serve, stream } from './support/perch-process.ts';
import { ViewerPage } from './support/viewer-page.ts';

afterEach(killAll);

test('a browser that hides its addresses sees the camera', async () => {
  const { port } = await serve();
  await stream(port);
  const browser = await launchChromium(inject('chromium'), { hidesAddresses: true });
  try {
    const viewer = await ViewerPage.open(browser, `http://127.0.0.1:${port}/watch/pi-camera-stream`);
    await viewer.reaches('live');
    await viewer.shows(5);
    const answer = await viewer.page.evaluate(
      () => window.perchProbe.connections.at(-1)?.localDescription?.sdp,
    );
    expect(answer).toMatch(/^a=candidate:.* \S+\.local \d+ typ host/mu);
  } finally {
    await browser.close();
  }
});
