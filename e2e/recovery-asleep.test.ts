/** The page shows the camera within two seconds of its device's waking up. */
import { setTimeout as lasts } from 'node:timers/promises';
import { afterEach, expect, inject, onTestFinished, test } from 'vitest';
import { descendants } from './soak/process-tree.ts';
import { launchChromium } from './support/chromium.ts';
import { killAll, serve, stream } from './support/perch-process.ts';
import { beginLog, expectRecovery, logOf, watching } from './support/recovering.ts';
import { ViewerPage } from './support/viewer-page.ts';

afterEach(killAll);

test('a camera is seen again within 2 s of the end of its device’s sleep, longer than server and streamer are patient', async () => {
  const { port } = await serve();
  await stream(port);
  const ours = new Set(descendants(process.pid));
  const browser = await launchChromium(inject('chromium'));
  onTestFinished(() => browser.close());
  const viewer = await ViewerPage.open(browser, watching(port));
  await beginLog(viewer);
  const processes = descendants(process.pid).filter((pid) => !ours.has(pid));
  const startedAt = Date.now();
  signalAll(processes, 'SIGSTOP');
  onTestFinished(() => signalAll(processes, 'SIGCONT'));
  await lasts(40_000);
  signalAll(processes, 'SIGCONT');
  const fault = { name: 'asleep for 40 s', startedAt, endedAt: Date.now() };
  await expectRecovery(
    () => logOf(viewer),
    fault,
    async () => (await ViewerPage.open(browser, watching(port))).firstPictureMs(),
  );
  await expect.poll(async () => (await viewer.connections()).open).toBe(1);
}, 120_000);

function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It ended meanwhile.
    }
  }
}
