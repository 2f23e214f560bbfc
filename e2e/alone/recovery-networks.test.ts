/** The page shows the camera again by itself within two seconds of its network's return. */
import { setTimeout as lasts } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import { provideLabPrograms } from '../lab/lab-programs.ts';
import { NetworkLab } from '../lab/network-lab.ts';
import { type Outage, silenceRouter, unplugHost } from '../lab/outage.ts';
import { expectRecovery, logOf } from '../support/recovering.ts';
import { startRecoveryLog, stoodUntoldMs } from '../support/recovery-log.ts';

/** Two seconds without a picture, and what a timer is late; at three the page does something about it. */
const TOLD_WITHIN_MS = 2_800;

const missing = provideLabPrograms();
if (missing !== undefined) console.log(`networks are not cut: the network lab ${missing}`);

const CUTS: readonly (readonly [string, (site: Parameters<typeof silenceRouter>[0]) => Outage])[] = [
  ['its router was silent', silenceRouter],
  ['it was unplugged', unplugHost],
];

describe.skipIf(missing !== undefined)(
  'a camera is seen again within 2 s by a viewer whose network is back',
  () => {
    test.each(CUTS)(
      'after 10 s in which %s',
      async (name, cut) => {
        const lab = await NetworkLab.open({ chromium: inject('chromium'), home: 'cone' });
        try {
          const phone = await lab.addSite('phone', 'cone');
          const viewer = await lab.watch(phone);
          expect(await viewer.firstPictureMs(20_000)).toBeDefined();
          await viewer.page.evaluate(startRecoveryLog);
          await viewer.page.waitForFunction(() => window.recoveryLog.pictures.length > 5);
          const startedAt = Date.now();
          const outage = cut(phone);
          await lasts(10_000);
          outage.end();
          const endedAt = Date.now();
          await expectRecovery(
            () => logOf(viewer),
            { name, startedAt, endedAt },
            async () => {
              const first = await (await lab.watch(phone)).firstPictureMs(20_000);
              return first?.fromNavigation ?? 0;
            },
          );
          expect(stoodUntoldMs(await logOf(viewer), startedAt)).toBeLessThan(TOLD_WITHIN_MS);
        } finally {
          await lab.close();
        }
      },
      120_000,
    );
  },
);
