/** A page that is out of sight: what it knows of its picture meanwhile, and how soon it shows the camera again. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as lasts } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, inject, onTestFinished, test } from 'vitest';
import { BackgroundTab } from './support/background-tab.ts';
import { cameraProgram } from './support/camera-program.ts';
import { launchChromium } from './support/chromium.ts';
import { killAll, serve, stream } from './support/perch-process.ts';
import { expectBack, watching } from './support/recovering.ts';
import { type RecoveryLog, startRecoveryLog, wasTold } from './support/recovery-log.ts';
import { ViewerPage } from './support/viewer-page.ts';

afterEach(killAll);

const STAND_IN = fileURLToPath(new URL('./fixtures/bin/rpicam-vid', import.meta.url));

const stateOf = (tab: BackgroundTab) => (): Promise<unknown> =>
  tab.evaluate(`document.querySelector('perch-player')?.getAttribute('state')`);

test('a picture that stands still is noticed in picture-in-picture above a hidden page, and not where nobody sees it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'perch-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const broken = join(folder, 'broken');
  // A camera that can't be started for as long as this file is there.
  const program = `exec '${STAND_IN}' --width 320 --height 240 --framerate 15 --intra 15 --inline -t 0 -o -`;
  const { port } = await serve();
  const streamer = await stream(port, ['--source', `exec:test ! -e '${broken}' && ${program}`]);
  const browser = await launchChromium(inject('chromium'));
  onTestFinished(() => browser.close());
  const tabs: BackgroundTab[] = [];
  for (const isAbove of [true, false]) {
    const tab = await BackgroundTab.open(browser, watching(port));
    await expect.poll(stateOf(tab), { timeout: 30_000 }).toBe('live');
    const video = `document.querySelector('perch-player').videoElement`;
    if (isAbove) await tab.evaluate(`${video}.requestPictureInPicture().then(() => undefined)`);
    await tab.hide();
    if (isAbove) await tab.evaluate(`new Promise((shown) => ${video}.requestVideoFrameCallback(shown))`);
    tabs.push(tab);
  }
  const [above, hidden] = tabs as [BackgroundTab, BackgroundTab];
  const isAboveHidden = 'document.hidden && document.pictureInPictureElement !== null';
  await expect.poll(() => above.evaluate(isAboveHidden)).toBe(true);
  await expect.poll(() => hidden.evaluate('document.hidden')).toBe(true);

  await writeFile(broken, '');
  process.kill(await cameraProgram(streamer), 'SIGKILL');
  await expect.poll(stateOf(above), { timeout: 30_000 }).toBe('camera-restarting');
  expect(await stateOf(hidden)()).toBe('live');

  await rm(broken);
  await expect.poll(stateOf(above), { timeout: 30_000 }).toBe('live');
});

test('a camera is seen again within 2 s of a look at its page, which was hidden for a minute', async () => {
  const { port } = await serve();
  const [disturbed, other] = ['garden', 'door'];
  let streamer = await stream(port, ['--stream-id', disturbed]);
  await stream(port, ['--stream-id', other]);
  const browser = await launchChromium(inject('chromium'));
  onTestFinished(() => browser.close());
  const tabs: BackgroundTab[] = [];
  for (const id of [disturbed, other]) {
    const tab = await BackgroundTab.open(browser, watching(port, id));
    await expect.poll(stateOf(tab), { timeout: 30_000 }).toBe('live');
    await tab.evaluate(`(${startRecoveryLog})()`);
    await tab.hide();
    await expect.poll(() => tab.evaluate('document.visibilityState')).toBe('hidden');
    tabs.push(tab);
  }
  const [frozen, hidden] = tabs as [BackgroundTab, BackgroundTab];
  const startedAt = Date.now();
  await frozen.freeze();
  streamer.signal('SIGKILL');
  await streamer.end();
  streamer = await stream(port, ['--stream-id', disturbed]);
  await lasts(60_000);
  const log = (tab: BackgroundTab) => async () =>
    JSON.parse(String(await tab.evaluate('JSON.stringify(window.recoveryLog)'))) as RecoveryLog;
  for (const [name, tab] of [
    ['frozen', frozen],
    ['hidden', hidden],
  ] as const) {
    const fault = { name: `a minute ${name}`, startedAt, endedAt: Date.now() };
    await tab.show();
    await expectBack(log(tab), fault, async () =>
      (await ViewerPage.open(browser, watching(port, other))).firstPictureMs(),
    );
  }
  expect(wasTold(await log(frozen)(), startedAt, Date.now())).toBe(true);
  expect(wasTold(await log(hidden)(), startedAt, Date.now())).toBe(false);
}, 180_000);
