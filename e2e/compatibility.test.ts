/** Old and new together: peers that know only the first setup guide's messages, with real video. */
import { fileURLToPath } from 'node:url';
import { openAuthority, startServer } from '@perch/server';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startGuideServer } from './fixtures/guide-server.ts';
import { stream } from './support/perch-process.ts';
import { useBrowser } from './support/use-browser.ts';
import type { ViewerPage } from './support/viewer-page.ts';

const OLD_SITE = new URL('./fixtures/guide-site/', import.meta.url);
const OUR_SITE = new URL('../packages/viewer/dist/site/', import.meta.url);

const open = useBrowser();

const watch = (port: number): Promise<ViewerPage> => open(`http://127.0.0.1:${port}/watch/pi-camera-stream`);

test('an old page shows video from our streamer through our server, and hears that it left', async () => {
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    siteDirectory: fileURLToPath(OLD_SITE),
    authority: openAuthority(new Uint8Array(32)),
    turn: { kind: 'none' },
    log: pino({ level: 'silent' }),
  });
  const streamer = await stream(server.port);
  const viewer = await watch(server.port);
  await viewer.reaches('live');
  await viewer.shows(10);
  streamer.signal('SIGTERM');
  expect(await streamer.end()).toBe(0);
  await viewer.reaches('ended');
  await server.close();
});

test('[ICE4] an old page shows video from our streamer through an old server', async () => {
  const server = await startGuideServer(OLD_SITE);
  await stream(server.port);
  const viewer = await watch(server.port);
  await viewer.reaches('live');
  await viewer.shows(10);
  await server.close();
});

test('our page shows video from our streamer through an old server, also after the streamer was restarted', async () => {
  const server = await startGuideServer(OUR_SITE);
  const first = await stream(server.port);
  const viewer = await watch(server.port);
  await viewer.reaches('live');
  await viewer.shows(10);
  first.signal('SIGKILL');
  await viewer.reaches('waiting-for-camera');
  await stream(server.port);
  await viewer.reaches('live');
  await viewer.shows(10);
  await server.close();
});
