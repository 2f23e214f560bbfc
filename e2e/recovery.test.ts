/** The page shows the camera again by itself within two seconds of its streamer's or its server's return. */
import { setTimeout as lasts } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { serve, stream } from './support/perch-process.ts';
import { beginLog, expectRecovery, logOf, watching } from './support/recovering.ts';
import { startRecoveryLog } from './support/recovery-log.ts';
import { useBrowser } from './support/use-browser.ts';

const open = useBrowser();

describe('a camera is seen again within 2 s', () => {
  test.each([0, 8_000])('of its streamer’s return, %i ms after it was killed', async (awayMs) => {
    const { port } = await serve();
    const first = await stream(port);
    const viewer = await open(watching(port));
    await beginLog(viewer);
    const startedAt = Date.now();
    first.signal('SIGKILL');
    await viewer.page.waitForFunction(() => window.recoveryLog.statuses.length > 1);
    await lasts(awayMs);
    await stream(port);
    const fault = { name: `streamer away for ${awayMs} ms`, startedAt, endedAt: Date.now() };
    await expectRecovery(
      () => logOf(viewer),
      fault,
      async () => (await open(watching(port))).firstPictureMs(),
    );
    await expect.poll(async () => (await viewer.connections()).open).toBe(1);
  });

  test.each([0, 20_000])('[LIFE3] of its server’s return, %i ms after it was killed', async (awayMs) => {
    const { perch, port } = await serve();
    await stream(port);
    const viewer = await open(watching(port));
    await beginLog(viewer);
    const startedAt = Date.now();
    perch.signal('SIGKILL');
    await perch.end();
    await lasts(awayMs);
    await serve(port);
    const fault = { name: `server away for ${awayMs} ms`, startedAt, endedAt: Date.now() };
    await expectRecovery(
      () => logOf(viewer),
      fault,
      async () => (await open(watching(port))).firstPictureMs(),
    );
    expect(await viewer.connections()).toEqual({ made: 1, open: 1 });
  });

  test('of its server’s return, by a page that was opened before', async () => {
    const { perch, port } = await serve();
    const viewer = await open(watching(port));
    await viewer.reaches('waiting-for-camera');
    await viewer.page.evaluate(startRecoveryLog);
    const startedAt = Date.now();
    perch.signal('SIGKILL');
    await perch.end();
    await lasts(20_000);
    await serve(port);
    await stream(port);
    const fault = { name: 'server away for 20 s, no picture before', startedAt, endedAt: Date.now() };
    await expectRecovery(
      () => logOf(viewer),
      fault,
      async () => (await open(watching(port))).firstPictureMs(),
    );
  });
});
