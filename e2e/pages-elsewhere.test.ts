/** What a browser lets a page of another origin do with our server: it asks the server first, and keeps to the answer. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ClosedServer } from './support/closed-server.ts';
import { useBrowser } from './support/use-browser.ts';

const open = useBrowser();

/** A page without anything in it. Resolves with its origin; it is closed with the test. */
async function siteElsewhere(): Promise<string> {
  const site = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Elsewhere</title>');
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  onTestFinished(() => void site.close());
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
}

/** What a page of `origin` gets of the server with somebody's right to share. */
async function tryAll(origin: string, server: ClosedServer, token: string) {
  const address = `http://127.0.0.1:${server.port}`;
  const { page } = await open(origin);
  await page.addScriptTag({ url: `${address}/perch-player.js`, type: 'module' });
  return await page.evaluate(
    async ({ address, bearer }) => {
      const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
      const status = (path: string, init: RequestInit = {}) =>
        fetch(address + path, { headers, ...init }).then(
          (response) => response.status,
          () => 'refused',
        );
      const webSocket = new Promise<string>((resolve) => {
        const socket = new WebSocket(address.replace('http', 'ws'));
        socket.addEventListener('open', () => resolve('open'));
        socket.addEventListener('error', () => resolve('refused'));
      });
      return {
        element: customElements.get('perch-player') !== undefined,
        webSocket: await webSocket,
        streams: await status('/api/streams'),
        turn: await status('/turn-credentials'),
        // There is no camera.
        still: await status('/api/streams/cam/snapshot.jpg'),
        link: await status('/api/streams/cam/links', { method: 'POST', body: '{"expires_in":600}' }),
      };
    },
    { address, bearer: token },
  );
}

test('[LIMIT9] a page has the element in any case, and the server where its origin is named', async () => {
  const [named, other] = [await siteElsewhere(), await siteElsewhere()];
  const server = await ClosedServer.start(['--allow-origin', named]);
  const printed = await server.token('--view', 'cam', '--name', 'Ann', '--share');
  const [, token = ''] = /#token=(\S+)/.exec(printed) ?? [];
  expect(await tryAll(named, server, token)).toEqual({
    element: true,
    webSocket: 'open',
    streams: 200,
    turn: 200,
    still: 503,
    link: 201,
  });
  expect(await tryAll(other, server, token)).toEqual({
    element: true,
    webSocket: 'refused',
    streams: 'refused',
    turn: 'refused',
    still: 'refused',
    link: 'refused',
  });
  // One page made one link, and the other none that it was merely not told of.
  expect((await server.token('--list')).match(/^link of Ann/gm)).toHaveLength(1);
});

test('our pages’ headers are understood: the browser has nothing to say about them', async () => {
  const server = await ClosedServer.start();
  const { page } = await open(`http://127.0.0.1:${server.port}/health`);
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  for (const path of ['/', '/watch/cam', '/check']) {
    await page.goto(`http://127.0.0.1:${server.port}${path}`, { waitUntil: 'load' });
  }
  expect(said.filter((text) => /policy|directive|feature/i.test(text))).toEqual([]);
});
