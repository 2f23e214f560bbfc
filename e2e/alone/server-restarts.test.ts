/**
 * The server is killed and started again while twenty people watch: their pictures go on, they are back with their ids
 * within seconds, and nobody counts twice. SERVER_RESTARTS says how often.
 */
import { openTokenStore } from '@perch/server';
import { afterEach, expect, test } from 'vitest';
import { ClosedServer } from '../support/closed-server.ts';
import { listening, stream } from '../support/perch-process.ts';
import { ResumingViewer } from '../support/resuming-viewer.ts';
import { useBrowser } from '../support/use-browser.ts';
import { viewersOfServer, viewersOfStreamer } from '../support/viewer-counts.ts';
import type { ViewerPage } from '../support/viewer-page.ts';

const RESTARTS = Number(process.env['SERVER_RESTARTS'] ?? 10);
const PROGRAMS = 19;
const BACK_WITHIN_MS = 10_000;

/** No picture passes the server: this is what two busy cores may be late with any. The churn test allows as much. */
const NOT_NOTICED_MS = 2_000;

/** A small picture: nineteen who receive and one who decodes share what cores there are. */
const PICTURE = ['--width', '320', '--height', '240', '--fps', '15', '--bitrate', '200k'];

const open = useBrowser();
const viewers: ResumingViewer[] = [];

afterEach(() => {
  for (const viewer of viewers.splice(0)) viewer.close();
});

test(
  `[RESUME1] [REG6] twenty viewers see no difference when the server is killed ${RESTARTS} times`,
  async () => {
    const { perch, port, stateDirectory } = await ClosedServer.start();
    const store = openTokenStore(stateDirectory);
    const token = (right: 'publish' | 'view'): string => {
      const issued = store.issue({ right, streamId: 'pi-camera-stream' });
      if (!issued.ok) throw new Error(issued.reason);
      return issued.token;
    };
    const room = ['--max-viewers', '40'];
    const environment = { PERCH_TOKEN: token('publish') };
    const streamer = await stream(port, [...PICTURE, ...room], { environment });
    const page = await open(`http://127.0.0.1:${port}/watch/pi-camera-stream#token=${token('view')}`);
    for (let n = 0; n < PROGRAMS; n++) viewers.push(new ResumingViewer({ port, token: token('view') }));
    await page.reaches('live');
    await Promise.all(viewers.map((viewer) => viewer.receives(30)));
    await expect.poll(() => viewersOfStreamer(streamer), { timeout: 20_000 }).toBe(PROGRAMS + 1);
    await watchStates(page);

    const ids = viewers.map(({ viewerId }) => viewerId);
    const seenBefore = await seen(page);
    for (const { rtp } of viewers) rtp.longestGapMs = 0;
    const before = viewers.map(({ rtp: { pictures, lost } }) => ({ pictures, lost }));
    const backMs: number[] = [];
    let server = perch;
    for (let restart = 1; restart <= RESTARTS; restart++) {
      const killedAtMs = performance.now();
      server.signal('SIGKILL');
      await server.end();
      ({ perch: server } = await listening(['--port', String(port), '--state-dir', stateDirectory]));
      // One that was slow to answer the server may have come back twice.
      const isBack = () => viewers.filter(({ resumed }) => resumed >= restart).length;
      await expect.poll(isBack, { timeout: 3 * BACK_WITHIN_MS }).toBe(PROGRAMS);
      await expect.poll(() => viewersOfServer(port), { timeout: 3 * BACK_WITHIN_MS }).toBe(PROGRAMS + 1);
      backMs.push(performance.now() - killedAtMs);
      await page.shows(15);
    }
    const after = await seen(page);
    const pictures = viewers.map(({ rtp }, n) => rtp.pictures - (before[n]?.pictures ?? 0));
    const longestGapMs = Math.round(Math.max(...viewers.map(({ rtp }) => rtp.longestGapMs)));
    console.log(`${RESTARTS} restarts`, {
      backMs: backMs.map(Math.round),
      page: Object.fromEntries(Object.entries(after).map(([name, n]) => [name, n - (seenBefore[name] ?? 0)])),
      picturesOfPrograms: [Math.min(...pictures), Math.max(...pictures)],
      longestGapMs,
    });

    expect(Math.max(...backMs)).toBeLessThan(BACK_WITHIN_MS);
    expect(viewers.map(({ viewerId }) => viewerId)).toEqual(ids);
    expect(viewers.map(({ offers }) => offers)).toEqual(viewers.map(() => 1));
    expect(viewers.map(({ rtp }, n) => rtp.lost - (before[n]?.lost ?? 0))).toEqual(viewers.map(() => 0));
    expect(longestGapMs).toBeLessThan(NOT_NOTICED_MS);
    for (const name of ['packetsLost', 'framesDropped']) expect(after[name], name).toBe(seenBefore[name]);
    expect(await page.connections()).toEqual({ made: 1, open: 1 });
    expect(await states(page)).toEqual(['live']);
    expect(viewersOfStreamer(streamer)).toBe(PROGRAMS + 1);
  },
  120_000 + RESTARTS * 40_000,
);

/** What the browser counts of the video that it was sent. */
function seen({ page }: ViewerPage): Promise<Record<string, number>> {
  return page.evaluate(async () => {
    const report = await window.perchProbe.connections.at(-1)?.getStats();
    const video = [...(report?.values() ?? [])].find(({ type }) => type === 'inbound-rtp');
    const names = ['framesDecoded', 'framesDropped', 'packetsLost', 'freezeCount', 'pliCount'];
    return Object.fromEntries(names.map((name) => [name, Number(video[name])]));
  });
}

async function watchStates({ page }: ViewerPage): Promise<void> {
  await page.evaluate(() => {
    const status = (document.querySelector('perch-player')?.shadowRoot ?? document).querySelector(
      '#status',
    ) as HTMLElement;
    const note = () =>
      status.setAttribute('data-seen', `${status.dataset['seen'] ?? ''} ${status.dataset['state']}`);
    note();
    new MutationObserver(note).observe(status, { attributeFilter: ['data-state'] });
  });
}

async function states({ page }: ViewerPage): Promise<string[]> {
  const noted = (await page.locator('#status').getAttribute('data-seen')) ?? '';
  return [...new Set(noted.trim().split(' '))];
}
