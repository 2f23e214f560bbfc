/**
 * The core of the network lab (e2e/lab): Perch through routers, through coturn and over a link that becomes narrow.
 * Needs root and network namespaces; elsewhere it is skipped and says so. `npm run lab` measures more, for longer.
 */
import { describe, expect, inject, test } from 'vitest';
import { connect } from '../lab/connect.ts';
import { provideLabPrograms } from '../lab/lab-programs.ts';
import { STEP, step } from '../lab/rate.ts';

/** Small, and with more bits than the narrow link carries. */
const PICTURE = '--source test --width 640 --height 360 --fps 30 --bitrate 1500k'.split(' ');

const missing = provideLabPrograms();
if (missing !== undefined) console.log(`the network lab is skipped: it ${missing}`);

describe.skipIf(missing !== undefined)('a viewer elsewhere', () => {
  test('is connected directly through two routers that keep their mappings', async () => {
    const seen = await connect('cone', 'cone', { chromium: inject('chromium'), connections: 1 });
    expect([...seen.routes.keys()]).toEqual(['srflx - srflx']);
  });

  test('is connected through coturn where both routers hide everything else', async () => {
    const seen = await connect('turn-only', 'turn-only', { chromium: inject('chromium'), connections: 1 });
    expect([...seen.routes.keys()]).toEqual(['relay/udp - relay']);
  });

  test('is connected through a relay over TCP where its router lets no UDP out', async () => {
    const { connected, tried, routes } = await connect('cone', 'no-udp', {
      chromium: inject('chromium'),
      connections: 1,
    });
    expect([connected, tried]).toEqual([1, 1]);
    expect([...routes.keys()]).toEqual([expect.stringMatching(/tcp/)]);
  });

  test('is connected through two relays over TCP where neither router lets UDP out', async () => {
    const { connected, tried, routes } = await connect('no-udp', 'no-udp', {
      chromium: inject('chromium'),
      connections: 1,
    });
    expect([connected, tried]).toEqual([1, 1]);
    expect([...routes.keys()]).toEqual(['relay/tcp - relay']);
  });

  test('goes on seeing pictures over a link that becomes narrow, and nobody else notices', async () => {
    const seen = await step(
      { ...STEP, beforeSeconds: 6, lowSeconds: 10, afterSeconds: 2 },
      { chromium: inject('chromium'), connections: 1, picture: PICTURE },
    );
    console.log('a narrow link', JSON.stringify(seen));
    // Generous: two browsers and an encoder share what cores there are.
    expect(seen.stepGapMs).toBeLessThan(4_000);
    expect(seen.other.longestMs).toBeLessThan(1_500);
  });
});
