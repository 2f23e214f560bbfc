/**
 * Click to first picture, in Chromium on loopback: our page, server and streamer against what a setup guide gives
 * its readers: a page, a counting server (e2e/fixtures), and webrtcbin behind x264enc with a keyframe every second.
 *
 * Compared is the time from the page's `new WebSocket` to the first picture, which leaves out what the two pages
 * load before. On our page the navigation is the click; so that time is told too. The two take turns of a few loads,
 * so that only one encoder runs beside the browser; each load is in a context with nothing cached.
 */
import type { Browser } from 'playwright-core';
import { startGuideServer } from '../e2e/fixtures/guide-server.ts';
import { launchChromium, provideChromium } from '../e2e/support/chromium.ts';
import { serve } from '../e2e/support/perch-process.ts';
import { BITS_PER_SECOND, FRAMES_PER_SECOND, HEIGHT, WIDTH } from './clip/clip-format.ts';
import { DATACHANNEL, FORMAT, printConditions } from './conditions.ts';
import { provideGstreamer } from './gstreamer.ts';
import type { BenchOptions } from './options.ts';
import { startPerch, startWebrtcbin } from './senders/sender.ts';
import { HEAD, median, quantile, row } from './statistics.ts';

/** Seen from bench/dist/bench, where this file runs. */
const GUIDE_SITE = new URL('../../../e2e/fixtures/guide-site/', import.meta.url);

const LOADS_A_TURN = 10;

/** The first loads of a turn find both sides' compilers cold. */
const WARM_UP_LOADS = 2;

/** A load that takes this long is broken. */
const GIVE_UP_MS = 30_000;

interface FirstFrame {
  readonly fromNavigationMs: number;
  readonly fromSocketMs: number;
}

declare global {
  interface Window {
    firstFrame: Promise<FirstFrame>;
  }
}

export async function benchFirstFrame({ loads }: BenchOptions): Promise<void> {
  const browser = await launchChromium(await provideChromium());
  printConditions('Click to first picture', 'first-frame', [
    `Chromium ${browser.version()}`,
    DATACHANNEL,
    provideGstreamer(),
    FORMAT,
    'test pictures, encoded live by each side',
  ]);
  const ours: FirstFrame[] = [];
  const theirs: FirstFrame[] = [];
  while (ours.length < loads) {
    const count = Math.min(LOADS_A_TURN, loads - ours.length);
    ours.push(...(await measureOurs(browser, count)));
    theirs.push(...(await measureGuide(browser, count)));
  }
  const socket = { ours: ours.map(fromSocket), theirs: theirs.map(fromSocket) };
  console.log(HEAD);
  console.log(row('perch, from the WebSocket', 'ms', socket.ours));
  console.log(row('guide, from the WebSocket', 'ms', socket.theirs));
  console.log(row('perch, from navigation', 'ms', ours.map(fromNavigation)));
  console.log(row('guide, from navigation', 'ms', theirs.map(fromNavigation)));
  const ratio = median(socket.ours) / median(socket.theirs);
  const ratio95 = quantile(socket.ours, 0.95) / quantile(socket.theirs, 0.95);
  console.log(`\nFrom the WebSocket, perch / guide: median ${ratio.toFixed(2)}, 95 % ${ratio95.toFixed(2)}.`);

  await browser.close();
}

async function measureOurs(browser: Browser, count: number): Promise<FirstFrame[]> {
  const { perch: server, port } = await serve();
  const sender = await startPerch(port, 'test');
  const measured = await load(browser, `http://127.0.0.1:${port}/watch/pi-camera-stream`, count);
  await sender.close();
  server.signal('SIGTERM');
  await server.end();
  return measured;
}

async function measureGuide(browser: Browser, count: number): Promise<FirstFrame[]> {
  const server = await startGuideServer(GUIDE_SITE);
  const format = `${WIDTH}x${HEIGHT}@${FRAMES_PER_SECOND}:${BITS_PER_SECOND / 1000}`;
  const sender = await startWebrtcbin(server.port, `test:${format}`);
  const measured = await load(browser, `http://127.0.0.1:${server.port}/watch/pi-camera-stream`, count);
  await sender.close();
  await server.close();
  return measured;
}

async function load(browser: Browser, url: string, count: number): Promise<FirstFrame[]> {
  const measured: FirstFrame[] = [];
  for (let loads = 0; loads < WARM_UP_LOADS + count; loads++) measured.push(await loadOnce(browser, url));
  return measured.slice(WARM_UP_LOADS);
}

async function loadOnce(browser: Browser, url: string): Promise<FirstFrame> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(GIVE_UP_MS);
  await page.addInitScript(() => {
    let socketMs = Number.NaN;
    window.WebSocket = class extends WebSocket {
      constructor(address: string | URL, protocols?: string | string[]) {
        if (Number.isNaN(socketMs)) socketMs = performance.now();
        super(address, protocols);
      }
    };
    window.firstFrame = new Promise((resolve) => {
      addEventListener('DOMContentLoaded', () => {
        document.querySelector('video')?.requestVideoFrameCallback((now) => {
          resolve({ fromNavigationMs: now, fromSocketMs: now - socketMs });
        });
      });
    });
  });
  await page.goto(url);
  const firstFrame = await page.evaluate(() => window.firstFrame);
  await page.close();
  return firstFrame;
}

function fromSocket({ fromSocketMs }: FirstFrame): number {
  return fromSocketMs;
}

function fromNavigation({ fromNavigationMs }: FirstFrame): number {
  return fromNavigationMs;
}
