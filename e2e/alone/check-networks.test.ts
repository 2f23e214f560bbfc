/**
 * /check names what a network does not let through. Needs root and network namespaces, as the lab does; elsewhere it is
 * skipped and says so.
 */
import { describe, expect, inject, test } from 'vitest';
import { provideLabPrograms } from '../lab/lab-programs.ts';
import type { NatKind } from '../lab/nat.ts';
import { NetworkLab } from '../lab/network-lab.ts';
import { type CheckResult, checkResult } from '../support/check-page.ts';

const missing = provideLabPrograms();
if (missing !== undefined) console.log(`the check of networks is skipped: it ${missing}`);

async function check(options: { home: NatKind; phone: NatKind; turn: boolean }): Promise<CheckResult> {
  const lab = await NetworkLab.open({ ...options, chromium: inject('chromium') });
  try {
    return await checkResult(await lab.check(await lab.addSite('phone', options.phone)));
  } finally {
    await lab.close();
  }
}

describe.skipIf(missing !== undefined)('the check', () => {
  test('names a network that lets no UDP out, where the relay is reached over TCP and there is a picture', async () => {
    const { cause, steps, text } = await check({ home: 'cone', phone: 'no-udp', turn: true });
    expect(cause).toBe('works-without-udp');
    expect(steps).toMatchObject({
      server: 'passed',
      camera: 'passed',
      relay: 'passed',
      candidates: 'warned',
      frame: 'passed',
    });
    expect(text).toMatch(/not seen from outside over UDP, a relay over TCP\./);
    expect(text).toMatch(/Through a relay/);
  });

  test('names a network that lets no UDP out, where there is no relay', async () => {
    const { cause, steps } = await check({ home: 'cone', phone: 'no-udp', turn: false });
    expect(cause).toBe('udp-blocked');
    expect(steps).toMatchObject({ camera: 'passed', candidates: 'warned', pairs: 'failed' });
  });

  test('names a server without TURN, where both routers hide the ends from each other', async () => {
    const { cause, steps, text } = await check({ home: 'symmetric', phone: 'symmetric', turn: false });
    expect(cause).toBe('no-relay');
    expect(steps).toMatchObject({
      relay: 'warned',
      candidates: 'passed',
      pairs: 'failed',
      dtls: 'not-reached',
    });
    expect(text).toContain('CLOUDFLARE_TURN_ID');
    expect(text).toContain('perch doctor --link');
  });

  test('finds all steps passed through two routers that keep their mappings', async () => {
    const { cause, steps } = await check({ home: 'cone', phone: 'cone', turn: true });
    expect(cause).toBe('works');
    expect(new Set(Object.values(steps))).toEqual(new Set(['passed']));
  });
});
