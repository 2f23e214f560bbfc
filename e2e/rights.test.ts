/** Who has a token sees the camera, and nobody else; who loses it sees it no longer. */
import { openTokenStore } from '@perch/server';
import { expect, test } from 'vitest';
import { ClosedServer } from './support/closed-server.ts';
import { type PerchProcess, stream } from './support/perch-process.ts';
import { useBrowser } from './support/use-browser.ts';
import type { ViewerPage } from './support/viewer-page.ts';

const open = useBrowser();

async function streamWithToken(server: ClosedServer): Promise<PerchProcess> {
  const environment = { PERCH_TOKEN: await server.publishToken() };
  return await stream(server.port, [], { environment });
}

const sentence = (viewer: ViewerPage) => viewer.page.locator('#status').textContent();

test('[AUTH1] a link shows the picture, and the address without its token says what is missing', async () => {
  const server = await ClosedServer.start();
  await streamWithToken(server);
  const link = await server.link('Grandma');
  const viewer = await open(link);
  await viewer.reaches('live');
  await viewer.shows(5);

  const without = await open(link.replace(/#.*/, ''));
  await without.reaches('refused');
  expect(await sentence(without)).toMatch(/This link is not complete/);
  const another = await open(link.replace('/pi-camera-stream#', '/garden#'));
  await another.reaches('refused');
  expect(await sentence(another)).toMatch(/This link is for another camera/);
});

test('a token in the query is moved to the fragment and works there, also after a reload', async () => {
  const server = await ClosedServer.start();
  await streamWithToken(server);
  const link = await server.link('Grandma');
  const viewer = await open(link.replace('#token', '?token'));
  await viewer.reaches('live');
  expect(viewer.page.url()).toBe(link);
  await viewer.page.reload();
  await viewer.reaches('live');
});

test('another link pasted over an open page is followed', async () => {
  const server = await ClosedServer.start();
  await streamWithToken(server);
  const link = await server.link('Grandma');
  const viewer = await open(link.replace(/#.*/, ''));
  await viewer.reaches('refused');
  await viewer.page.goto(link);
  await viewer.reaches('live');
});

test('[LINK1] [LINK2] [LINK4] a viewer with --share makes a link that shows the picture, and ends with the viewer’s own', async () => {
  const server = await ClosedServer.start();
  await streamWithToken(server);
  const printed = await server.token('--view', 'pi-camera-stream', '--name', 'Ann', '--share');
  const [, token = ''] = /#token=(\S+)/.exec(printed) ?? [];
  const made = await fetch(`http://127.0.0.1:${server.port}/api/streams/pi-camera-stream/links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ expires_in: 3600, name: 'Guest of Ann' }),
  });
  const link = (await made.json()) as { token: string };
  const guest = await open(`http://127.0.0.1:${server.port}/watch/pi-camera-stream#token=${link.token}`);
  await guest.reaches('live');
  expect(await server.token('--list')).toMatch(/^Guest of Ann +view +pi-camera-stream .* Ann$/m);
  await server.token('--revoke', 'Ann');
  await guest.reaches('ended');
  expect(await sentence(guest)).toMatch(/This link is no longer valid/);
});

test('[AUTH5] perch token --revoke ends an open page and its media within seconds, and touches no other', async () => {
  const server = await ClosedServer.start();
  const streamer = await streamWithToken(server);
  const grandma = await open(await server.link('Grandma'));
  const uncle = await open(await server.link('Uncle'));
  await grandma.reaches('live');
  await uncle.reaches('live');

  await server.token('--revoke', 'Grandma');
  const revokedAt = performance.now();
  await grandma.reaches('ended');
  expect(performance.now() - revokedAt).toBeLessThan(4_000);
  expect(await sentence(grandma)).toMatch(/no longer valid/);
  expect((await grandma.connections()).open).toBe(0);
  // By the server or by the connection, whichever is heard of first.
  await streamer.says(/"reason":"the viewer (?:left|hung up)","viewers":1,/);
  await uncle.shows(10);
  await uncle.reaches('live');

  await grandma.page.reload();
  await grandma.reaches('refused');
});

test('[AUTH5] a page whose token expires while it is open ends too', async () => {
  const server = await ClosedServer.start();
  await streamWithToken(server);
  const askedAt = performance.now();
  await (await open(await server.link('Grandma'))).reaches('live');
  // The picture is to be there before the token ends, however busy the machine is.
  const lifetimeMs = 4_000 + 3 * (performance.now() - askedAt);
  const issued = openTokenStore(server.stateDirectory).issue({
    right: 'view',
    streamId: 'pi-camera-stream',
    lifetimeMs: Math.round(lifetimeMs),
  });
  if (!issued.ok) throw new Error(issued.reason);
  const viewer = await open(`http://127.0.0.1:${server.port}/watch/pi-camera-stream#token=${issued.token}`);
  await viewer.reaches('live');
  await viewer.reaches('ended');
  expect(await sentence(viewer)).toMatch(/has expired/);
  expect((await viewer.connections()).open).toBe(0);
});

test('a streamer without a token, and one whose token is revoked, end with 2 and say what to do', async () => {
  const server = await ClosedServer.start();
  const without = stream(server.port);
  await expect(without).rejects.toThrow(
    /the server wants a token; run "perch token --publish pi-camera-stream"/,
  );
  const streamer = await streamWithToken(server);
  await server.token('--revoke', 'publish pi-camera-stream');
  expect(await streamer.end()).toBe(2);
  expect(streamer.stderr).toMatch(/^perch stream: the token has been revoked; run "perch token --publish/);
});

test('[REG2] a streamer with a token that another one with a token replaces ends with 3', async () => {
  const server = await ClosedServer.start();
  const first = await streamWithToken(server);
  await streamWithToken(server);
  expect(await first.end()).toBe(3);
});
