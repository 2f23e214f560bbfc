/** Scenarios `nat` and `relay`: whether a viewer gets a picture through two routers, how, and how soon. */
import type { Conditions } from './conditions.ts';
import { median } from './median.ts';
import type { NatKind } from './nat.ts';
import { NetworkLab } from './network-lab.ts';
import type { FirstPicture } from './viewer.ts';

export interface Connecting {
  readonly home: NatKind;
  readonly phone: NatKind;
  readonly tried: number;
  /** Those that showed a first picture and ten more. */
  readonly connected: number;
  /** How, and how often: candidate types at the phone and at home, as the browser sees them. */
  readonly routes: ReadonlyMap<string, number>;
  /** From navigation to the first picture. */
  readonly medianMs: number | undefined;
  readonly worstMs: number | undefined;
  /** From the page's `join`: without the loading of the page. */
  readonly fromJoinMs: number | undefined;
}

/** A person has left by then. */
const GIVE_UP_MS = 15_000;

/** The home's and the phone's router. */
const PAIRS: readonly (readonly [NatKind, NatKind])[] = [
  ['public', 'public'],
  ['cone', 'public'],
  ['cone', 'cone'],
  ['cone', 'symmetric'],
  ['symmetric', 'cone'],
  ['symmetric', 'symmetric'],
  ['cone', 'no-udp'],
  ['symmetric', 'no-udp'],
  ['turn-only', 'no-udp'],
  ['cone', 'turn-only'],
  ['turn-only', 'turn-only'],
  ['no-udp', 'cone'],
  ['no-udp', 'symmetric'],
  ['no-udp', 'no-udp'],
];

export async function nat(conditions: Conditions): Promise<Connecting[]> {
  const rows: Connecting[] = [];
  for (const [home, phone] of PAIRS) rows.push(await connect(home, phone, conditions));
  return rows;
}

/** Both ends behind routers that hide them from each other: one relay, and where only TURN is let out, two. */
export async function relay(conditions: Conditions): Promise<Connecting[]> {
  return [
    await connect('symmetric', 'symmetric', conditions),
    await connect('turn-only', 'turn-only', conditions),
  ];
}

export async function connect(
  home: NatKind,
  phone: NatKind,
  { chromium, connections }: Pick<Conditions, 'chromium' | 'connections'>,
): Promise<Connecting> {
  const lab = await NetworkLab.open({ chromium, home });
  try {
    const site = await lab.addSite('phone', phone);
    // A camera finds out once that there is no relay over UDP, and that takes it some seconds.
    if (home === 'no-udp') await lab.streamer.says(/reaching TURN over TCP/);
    const times: FirstPicture[] = [];
    const routes = new Map<string, number>();
    for (let index = 0; index < connections; index++) {
      // A page that does not load is one more without a picture, and no reason to lose the others' numbers.
      const viewer = await lab.watch(site).catch(() => undefined);
      if (viewer === undefined) {
        routes.set('no page', (routes.get('no page') ?? 0) + 1);
        continue;
      }
      const ms = await viewer.firstPictureMs(GIVE_UP_MS);
      const route = await viewer.route();
      if (ms !== undefined) times.push(ms);
      const how = route === undefined || ms === undefined ? 'none' : `${route.viewer} - ${route.streamer}`;
      routes.set(how, (routes.get(how) ?? 0) + 1);
      await viewer.close();
    }
    const fromNavigation = times.map((time) => time.fromNavigation);
    const worstMs = times.length > 0 ? Math.max(...fromNavigation) : undefined;
    return {
      home,
      phone,
      tried: connections,
      connected: times.length,
      routes,
      medianMs: median(fromNavigation),
      worstMs,
      fromJoinMs: median(times.map((time) => time.fromJoin)),
    };
  } finally {
    await lab.close();
  }
}
