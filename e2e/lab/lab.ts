/**
 * `npm run lab [-- NAME ...]`, as root: Perch in a network of namespaces with routers, narrow links and loss, measured
 * from the watch page. LAB_CONNECTIONS is how many connections each row of `nat` and `relay` makes, LAB_PICTURE what
 * `perch stream` sends in the others.
 */
import { provideChromium } from '../support/chromium.ts';
import type { Conditions } from './conditions.ts';
import { type Connecting, nat, relay } from './connect.ts';
import { distance } from './distance.ts';
import { provideLabPrograms } from './lab-programs.ts';
import { loss } from './loss.ts';
import { kbits, ms, percent, printTable } from './print-table.ts';
import { rate } from './rate.ts';

/**
 * Enough bits for a narrow link to matter, and few enough for two cores to encode once and decode twice. With the coarse grain
 * the encoder's rate is what limits it: without, five seconds' rate differs from the next five's by up to 8 % by itself.
 */
const PICTURE = '--source test:grain --width 1280 --height 720 --fps 30 --bitrate 2M';

const SCENARIOS: Readonly<Record<string, (conditions: Conditions) => Promise<void>>> = {
  nat: async (conditions) => printConnecting('Through routers', await nat(conditions)),
  relay: async (conditions) => printConnecting('Through coturn', await relay(conditions)),
  rate: async (conditions) => {
    const seen = await rate(conditions);
    const rows = seen.map((it) => ({
      queue: `${it.step.queueMs} ms`,
      before: kbits(it.beforeBits),
      low: `${kbits(it.lowBits)}, ${percent(it.utilisation)}`,
      'gap at step': ms(it.stepGapMs),
      'later freezes': `${it.laterFreezes}, ${ms(it.laterFrozenMs)}`,
      'age, low': ms(it.lowAgeMs),
      'fresh again': ms(it.freshAgainMs),
      'back to 90 %': ms(it.backMs),
      'lost, NACK, PLI': `${it.lost}, ${it.nacks}, ${it.plis}`,
      'other: freezes, longest': `${it.other.freezes}, ${ms(it.other.longestMs)}`,
      'other: rate': `${kbits(it.other.lowestBits)} to ${kbits(it.other.highestBits)}`,
      'other: 5 s, of before': `${percent(it.other.lowestShare)} to ${percent(it.other.highestShare)}`,
    }));
    printTable(`A link of 5 Mbit/s, 700 kbit/s, 5 Mbit/s; ${conditions.picture.join(' ')}`, rows);
    for (const { step, bitsBySecond } of seen) {
      const kilobits = bitsBySecond.map((bits) => Math.round(bits / 1000));
      console.log(`\nkbit/s in each second, queue ${step.queueMs} ms: ${kilobits.join(' ')}`);
    }
  },
  loss: async (conditions) => {
    const rows = (await loss(conditions)).map((it) => ({
      loss: percent(it.share),
      time: `${it.seconds} s`,
      frozen: percent(it.frozenShare),
      'longest gap': ms(it.longestMs),
      'lost, NACK, PLI': `${it.packetsLost}, ${it.nacks}, ${it.plis}`,
      received: kbits(it.bitsPerSecond),
    }));
    printTable(`Random loss toward the viewer; ${conditions.picture.join(' ')}`, rows);
  },
  distance: async (conditions) => {
    const rows = (await distance(conditions)).map((it) => ({
      'one way': `${it.distance.delayMs} ms + up to ${it.distance.jitterMs} ms`,
      overtaken: percent(it.distance.reorderedShare),
      'first picture': ms(it.firstPictureMs),
      frozen: ms(it.frozenMs),
      'longest gap': ms(it.longestMs),
      age: ms(it.ageMs),
      NACK: String(it.nacks),
      received: kbits(it.bitsPerSecond),
    }));
    printTable(`A viewer far away; ${conditions.picture.join(' ')}`, rows);
  },
};

function printConnecting(title: string, rows: readonly Connecting[]): void {
  printTable(
    title,
    rows.map((it) => ({
      home: it.home,
      phone: it.phone,
      connected: `${it.connected} of ${it.tried}`,
      'phone - home': [...it.routes].map(([route, count]) => `${route} (${count})`).join(', '),
      median: ms(it.medianMs),
      worst: ms(it.worstMs),
      'median from join': ms(it.fromJoinMs),
    })),
  );
}

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(SCENARIOS, name));
if (unknown !== undefined) {
  console.error(`npm run lab: ${unknown} is not one of ${Object.keys(SCENARIOS).join(', ')}`);
  process.exit(2);
}
// The namespaces are removed when the process exits; a signal alone would not let it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const missing = provideLabPrograms();
if (missing !== undefined) {
  console.error(`npm run lab: ${missing}`);
  process.exit(1);
}
const { LAB_CONNECTIONS, LAB_PICTURE = PICTURE } = process.env;
const chromium = await provideChromium();
for (const name of asked.length > 0 ? asked : Object.keys(SCENARIOS)) {
  const connections = Number(LAB_CONNECTIONS ?? (name === 'relay' ? 50 : 5));
  await SCENARIOS[name]?.({ chromium, connections, picture: LAB_PICTURE.split(' ') });
}
