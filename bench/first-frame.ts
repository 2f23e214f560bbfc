/**
 * Click to first picture, in Chromium on loopback: our page, server and streamer against what a setup guide gives
 * its readers: a page, a counting server (e2e/fixtures), and webrtcbin behind x264enc with a keyframe every second.
 *
 * Compared is the time from a click on the idle page, which leaves out what the two pages load before; pages opened by
 * a link, which play at once, are told beside it. The two sides take turns of a few loads, so that only one encoder
 * runs beside the browser.
 */
import type { Browser } from 'playwright-core';
import { startGuideServer } from '../e2e/fixtures/guide-server.ts';
import { launchChromium, provideChromium } from '../e2e/support/chromium.ts';
import { serve } from '../e2e/support/perch-process.ts';
import { BITS_PER_SECOND, FRAMES_PER_SECOND, HEIGHT, WIDTH } from './clip/clip-format.ts';
import { DATACHANNEL, FORMAT, printConditions, printNotes } from './conditions.ts';
import { clickToPictureMs, linkToPictureMs, REST_MS } from './first-picture.ts';
import { provideGstreamer } from './gstreamer.ts';
import { GUIDE_SITE, makeClickedGuideSite } from './guide-site.ts';
import type { BenchOptions } from './options.ts';
import { startPerch, startWebrtcbin } from './senders/sender.ts';
import { HEAD, median, quantile, row, table } from './statistics.ts';

const LOADS_A_TURN = 10;

/** The first loads of a turn find both sides' compilers cold. */
const WARM_UP_LOADS = 2;

const NOTES = [
  "The guide's stack is `e2e/fixtures/guide-server.ts`, its page, and `bench/senders/webrtcbin.py` with x264enc.",
  `_Click_: \`/\` is loaded, with nothing cached, and idle; from the click's own time to \`requestVideoFrameCallback\`. The
  guide's page gets a button for it (\`bench/guide-site.ts\`), which does what the page did by itself.`,
  `Between two loads are ${REST_MS / 1000} s, as between people: the one before is gone by then, and Perch has made its next
  connection ahead.`,
  '_Link opened_: from the start of navigation, so the loading of the page is in it; _from its WebSocket_, the rest of it.',
];

interface Times {
  readonly clickMs: number[];
  readonly fromLinkMs: number[];
  readonly fromSocketMs: number[];
}

export async function benchFirstFrame({ loads, hidesAddresses }: BenchOptions): Promise<void> {
  const gstreamer = provideGstreamer();
  const browser = await launchChromium(await provideChromium(), { hidesAddresses });
  const ours: Times = { clickMs: [], fromLinkMs: [], fromSocketMs: [] };
  const theirs: Times = { clickMs: [], fromLinkMs: [], fromSocketMs: [] };
  try {
    while (ours.clickMs.length < loads) {
      const count = Math.min(LOADS_A_TURN, loads - ours.clickMs.length);
      await measureOurs(browser, count, ours);
      await measureGuide(browser, count, theirs);
    }
    printConditions('Click to first picture', 'first-frame', [
      `Chromium ${browser.version()}`,
      `host addresses ${hidesAddresses ? 'hidden behind names' : 'shown'}`,
      DATACHANNEL,
      gstreamer,
      FORMAT,
      'moving test pictures, drawn and encoded live: `--source test` here, videotestsrc and x264enc there',
    ]);
  } finally {
    await browser.close();
  }
  const rows = [
    row('perch, click to first picture', 'ms', ours.clickMs),
    row('guide, click to first picture', 'ms', theirs.clickMs),
    row('perch, link opened to first picture', 'ms', ours.fromLinkMs),
    row('guide, link opened to first picture', 'ms', theirs.fromLinkMs),
    row('perch, link opened, from its WebSocket', 'ms', ours.fromSocketMs),
    row('guide, link opened, from its WebSocket', 'ms', theirs.fromSocketMs),
  ];
  const ratios = [
    ['click to first picture', ...ratio(ours.clickMs, theirs.clickMs)],
    ['link opened to first picture', ...ratio(ours.fromLinkMs, theirs.fromLinkMs)],
  ];
  console.log(table(HEAD, rows));
  console.log(`\n${table(['perch / guide', 'median', '95 %'], ratios)}`);
  printNotes(NOTES);
}

async function measureOurs(browser: Browser, count: number, times: Times): Promise<void> {
  const { perch: server, port } = await serve();
  const sender = await startPerch(port, 'test');
  await measureClicks(browser, port, count, times);
  await measureLinks(browser, port, count, times);
  await sender.close();
  server.signal('SIGTERM');
  await server.end();
}

/** Clicks and links have a server each, since a page that waits for a click is another site. */
async function measureGuide(browser: Browser, count: number, times: Times): Promise<void> {
  const clicked = makeClickedGuideSite();
  try {
    await withGuide(clicked.url, (port) => measureClicks(browser, port, count, times));
  } finally {
    clicked.remove();
  }
  await withGuide(GUIDE_SITE, (port) => measureLinks(browser, port, count, times));
}

async function withGuide(site: URL, measure: (port: number) => Promise<void>): Promise<void> {
  const server = await startGuideServer(site);
  const format = `${WIDTH}x${HEIGHT}@${FRAMES_PER_SECOND}:${BITS_PER_SECOND / 1000}`;
  const sender = await startWebrtcbin(server.port, `test:${format}`);
  await measure(server.port);
  await sender.close();
  await server.close();
}

async function measureClicks(browser: Browser, port: number, count: number, times: Times): Promise<void> {
  const url = `http://127.0.0.1:${port}/`;
  const measured: number[] = [];
  while (measured.length < WARM_UP_LOADS + count) measured.push(await clickToPictureMs(browser, url));
  times.clickMs.push(...measured.slice(WARM_UP_LOADS));
}

async function measureLinks(browser: Browser, port: number, count: number, times: Times): Promise<void> {
  const url = `http://127.0.0.1:${port}/watch/pi-camera-stream`;
  for (let loads = 0; loads < WARM_UP_LOADS + count; loads++) {
    const { fromLinkMs, fromSocketMs } = await linkToPictureMs(browser, url);
    if (loads < WARM_UP_LOADS) continue;
    times.fromLinkMs.push(fromLinkMs);
    times.fromSocketMs.push(fromSocketMs);
  }
}

function ratio(ours: readonly number[], theirs: readonly number[]): string[] {
  return [median, (values: readonly number[]) => quantile(values, 0.95)].map((of) =>
    (of(ours) / of(theirs)).toFixed(2),
  );
}
