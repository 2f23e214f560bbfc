/**
 * What a viewer waits for, in Chromium on loopback: from navigation to the first picture, the age of each picture
 * when it is shown (from the time strip), and the time to be back after a kill.
 */
import type { Browser } from 'playwright-core';
import { launchChromium, provideChromium } from '../e2e/support/chromium.ts';
import { killAll, PerchProcess, serve, stream } from '../e2e/support/perch-process.ts';
import { ViewerPage } from '../e2e/support/viewer-page.ts';
import { FORMAT, printConditions, printNotes } from './conditions.ts';
import type { BenchOptions } from './options.ts';
import { HEAD, row, table } from './statistics.ts';

const LOADS = 20;
const KILLS = 5;

const MS_PER_MINUTE = 60_000;

/** Read in one go: ten seconds of pictures are few enough to be handed over at once. */
const PICTURES_AT_ONCE = 300;

const NOTES = [
  '_Navigation to first picture_ includes loading the page, in a browser context of its own with an empty cache.',
  `_Age_ is from the time strip, which is drawn before the encoder, to \`requestVideoFrameCallback\`: painting, encoding,
  network, jitter buffer and decoding, not the way to the screen.`,
];

export async function benchViewer({ minutes }: BenchOptions): Promise<void> {
  const browser = await launchChromium(await provideChromium());
  try {
    printConditions('What a viewer waits for', 'viewer', [
      `Chromium ${browser.version()}`,
      `perch demo at ${FORMAT}`,
      `ages of pictures for ${minutes} minutes`,
      'kills at 640x360, 15 pictures/s, 0.5 Mbit/s',
    ]);
    console.log(table(HEAD, [...(await benchDemo(browser, minutes)), ...(await benchKills(browser))]));
    printNotes(NOTES);
  } finally {
    await browser.close();
    await killAll();
  }
}

async function benchDemo(browser: Browser, minutes: number): Promise<string[][]> {
  const perch = new PerchProcess(['demo', '--host', '127.0.0.1', '--port', '0']);
  const [url] = await perch.says(/http:\/\/[\d.a-z]+:\d+\/watch\/pi-camera-stream/);
  const joins: number[] = [];
  const firsts: number[] = [];
  const ages: { readonly sinceMs: number; readonly ageMs: number }[] = [];
  let jitterBufferMs = 0;
  for (let load = 0; load < LOADS; load++) {
    const viewer = await ViewerPage.open(browser, url);
    firsts.push(await viewer.firstPictureMs());
    joins.push(await viewer.joinMs());
    if (load === LOADS - 1) {
      const from = performance.now();
      for (let sinceMs = 0; sinceMs < minutes * MS_PER_MINUTE; sinceMs = performance.now() - from) {
        for (const { ageMs } of await viewer.strips(PICTURES_AT_ONCE)) ages.push({ sinceMs, ageMs });
      }
      jitterBufferMs = await viewer.jitterBufferMs();
    }
    await viewer.page.close();
  }
  perch.signal('SIGTERM');
  await perch.end();
  const agesWithin = (from: number, until: number) =>
    ages
      .filter(({ sinceMs }) => sinceMs >= from * MS_PER_MINUTE && sinceMs < until * MS_PER_MINUTE)
      .map(({ ageMs }) => ageMs);
  return [
    row("navigation to the page's `join`", 'ms', joins),
    row('navigation to first picture', 'ms', firsts),
    row('age of a picture when shown', 'ms', agesWithin(0, minutes)),
    ...(minutes < 2
      ? []
      : [
          row('the same, first minute', 'ms', agesWithin(0, 1)),
          row('the same, last minute', 'ms', agesWithin(minutes - 1, minutes)),
        ]),
    row('jitter buffer, mean of a picture', 'ms', [jitterBufferMs], 1),
  ];
}

async function benchKills(browser: Browser): Promise<string[][]> {
  const afterStreamer: number[] = [];
  const afterServer: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const { perch: server, port } = await serve();
    const streamer = await stream(port);
    const url = `http://127.0.0.1:${port}/watch/pi-camera-stream`;
    const viewer = await ViewerPage.open(browser, url);
    await viewer.reaches('live');
    streamer.signal('SIGKILL');
    await viewer.reaches('waiting-for-camera');
    const streamerStarted = performance.now();
    await stream(port);
    await viewer.shows(1);
    afterStreamer.push(performance.now() - streamerStarted);

    server.signal('SIGKILL');
    await server.end();
    await viewer.shows(60);
    const serverStarted = performance.now();
    const again = await serve(port);
    await again.perch.says(/"msg":"broadcaster registered"/);
    const newcomer = await ViewerPage.open(browser, url);
    await newcomer.shows(1);
    afterServer.push(performance.now() - serverStarted);
    await viewer.page.close();
    await newcomer.page.close();
    await killAll();
  }
  return [
    row('restart of a killed streamer to a picture in the open page', 'ms', afterStreamer),
    row('restart of a killed server to a picture in a new page', 'ms', afterServer),
  ];
}
