/** How much JavaScript the watch page loads when a camera is watched and nothing is pressed, as the server sends it. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { serve, stream } from './support/perch-process.ts';
import { useBrowser } from './support/use-browser.ts';

const open = useBrowser();

const MAX_KB = 45;

/** What the page's address and its scripts are, in the order in which they were asked for. */
async function loadedByItself(link: string): Promise<readonly string[]> {
  // The page itself too: its first lines are a script.
  const addresses = new Set([link]);
  let worker: Promise<{ url(): string }> | undefined;
  const viewer = await open(link, {
    prepare: (page) => {
      worker = page.context().waitForEvent('serviceworker');
      page.on('request', (request) => {
        if (request.resourceType() === 'script') addresses.add(request.url());
      });
      return Promise.resolve();
    },
  });
  await viewer.reaches('live');
  await viewer.page.locator('.bar').waitFor({ state: 'attached' });
  await viewer.page.waitForFunction(() => localStorage.length > 0);
  // It comes last, some seconds after the page. What it keeps for later the page has not asked for.
  const url = (await worker)?.url();
  if (url !== undefined) addresses.add(url);
  return [...addresses];
}

/** The bytes of a body, still compressed. */
async function sentBytes(address: string, coding: string): Promise<number> {
  const [response] = (await once(get(address, { headers: { 'Accept-Encoding': coding } }), 'response')) as [
    IncomingMessage,
  ];
  expect([address, response.headers['content-encoding']]).toEqual([address, coding]);
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  return bytes;
}

test(`all JavaScript that the watch page loads by itself is at most ${MAX_KB} KB, compressed`, async () => {
  const { port } = await serve();
  await stream(port, ['--stream-id', 'front-door']);
  const addresses = await loadedByItself(`http://127.0.0.1:${port}/watch/front-door`);
  const names = addresses.map((address) => new URL(address).pathname.replace(/-.{8}\.js$/, ''));
  expect(names).toEqual(expect.arrayContaining(['/assets/perch', '/assets/player-controls', '/sw.js']));
  // Browsers ask for the better one over https alone.
  for (const coding of ['gzip', 'br']) {
    const sizes = await Promise.all(addresses.map((address) => sentBytes(address, coding)));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    console.log(
      `watch page, ${coding}: ${(bytes / 1000).toFixed(1)} KB`,
      names.map((name, n) => `${name} ${sizes[n]}`).join(', '),
    );
    expect(bytes).toBeLessThanOrEqual(MAX_KB * 1000);
  }
});
