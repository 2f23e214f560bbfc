/** The page shows the camera within two seconds of being looked at again, after a minute out of sight. */
import { setTimeout as lasts } from 'node:timers/promises';
import { afterEach, expect, inject, onTestFinished, test } from 'vitest';
import { BackgroundTab } from './support/background-tab.ts';
import { launchChromium } from './support/chromium.ts';
import { killAll, serve, stream } from './support/perch-process.ts';
import { BACK_WITHIN_MS, watching } from './support/recovering.ts';
import { backAfterMs, type RecoveryLog, startRecoveryLog, wasTold } from './support/recovery-log.ts';

afterEach(killAll);

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
    const isLive = () => tab.evaluate(`document.querySelector('perch-player')?.getAttribute('state')`);
    await expect.poll(isLive, { timeout: 30_000 }).toBe('live');
    await tab.evaluate(`(${startRecoveryLog})()`);
    await tab.hide();
    expect(await tab.evaluate('document.visibilityState')).toBe('hidden');
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
    const endedAt = Date.now();
    await tab.show();
    await expect.poll(async () => backAfterMs(await log(tab)(), endedAt), { timeout: 30_000 }).toBeDefined();
    const backMs = backAfterMs(await log(tab)(), endedAt);
    console.log(`a minute ${name}`, { backMs });
    expect(backMs, name).toBeLessThan(BACK_WITHIN_MS);
  }
  expect(wasTold(await log(frozen)(), startedAt, Date.now())).toBe(true);
  expect(wasTold(await log(hidden)(), startedAt, Date.now())).toBe(false);
}, 180_000);
