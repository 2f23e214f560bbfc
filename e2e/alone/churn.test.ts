/**
 * Ten viewers at a time come and go, in every way that viewers go: the one who stays never waits two seconds for a
 * packet, and afterwards streamer and server hold what they held before. CHURN_SECONDS makes it longer.
 */
import { afterEach, expect, test } from 'vitest';
import { killAll, serve, stream } from '../support/perch-process.ts';
import { type ProcessUse, processUse } from '../support/process-use.ts';
import { ProgramViewer } from '../support/program-viewer.ts';
import { seededRandom } from '../support/random.ts';
import { viewersOfServer, viewersOfStreamer } from '../support/viewer-counts.ts';

const SECONDS = Number(process.env['CHURN_SECONDS'] ?? 10);
const VIEWERS = 10;
const WAYS = ['hang-up', 'lose-socket', 'vanish'] as const;

/** glibc keeps freed memory and V8 its heap; growth beyond this from one round to the same again is a leak. */
const SLACK_MB = 40;

/** A handshake that lost its first packets takes three seconds, and longer on a busy machine. */
const FIRST_VIDEO_WITHIN_MS = 20_000;

/** Of two seconds each: as long as a viewer at most waits before it sees the main picture again. */
const MAX_TRIES = 20;

afterEach(killAll);

interface Use {
  readonly streamer: ProcessUse;
  readonly server: ProcessUse;
}

test(
  'ten viewers at a time come and go and leave nothing behind',
  async () => {
    const { perch: server, port } = await serve();
    // Who vanished counts until it is noticed.
    const room = ['--max-viewers', String(VIEWERS * 5)];
    const streamer = await stream(port, ['--width', '320', '--height', '240', ...room]);
    const random = seededRandom(7);
    let joined = 0;
    const stayer = await ProgramViewer.join(port);
    await stayer.peer.receives(5);

    // The same twice: what exists once, and what the allocators keep, is there after the first time.
    await churn();
    const before = await settled();
    await churn();
    const after = await settled(before);
    console.log(`${joined} viewers came and went`, { before, after });

    expect(joined).toBeGreaterThan(VIEWERS * 2);
    for (const side of ['streamer', 'server'] as const) {
      expect(after[side].files, `${side} files`).toBeLessThanOrEqual(before[side].files);
      expect(after[side].threads, `${side} threads`).toBeLessThanOrEqual(before[side].threads);
      expect(after[side].residentMb, `${side} memory`).toBeLessThan(before[side].residentMb + SLACK_MB);
    }

    async function churn(): Promise<void> {
      const end = Date.now() + (SECONDS / 2) * 1000;
      await Promise.all([keepsComing(end), ...Array.from({ length: VIEWERS }, () => comeAndGo(end))]);
    }

    async function comeAndGo(end: number): Promise<void> {
      let previous: ProgramViewer | undefined;
      while (Date.now() < end) {
        const viewer = await ProgramViewer.join(port);
        joined++;
        // Some leave in the middle of connecting.
        const packets = 1 + Math.floor(random() * 60);
        if (random() < 0.8) await within(FIRST_VIDEO_WITHIN_MS, viewer.peer.receives(packets));
        await viewer.leave(WAYS[Math.floor(random() * WAYS.length)] ?? 'vanish');
        // Who vanished falls silent a while later.
        previous?.peer.close();
        previous = viewer;
      }
      previous?.peer.close();
    }

    /** Rejects when the viewer who stays gets nothing for two seconds. */
    async function keepsComing(end: number): Promise<void> {
      while (Date.now() < end) await within(2_000, stayer.peer.receives(1));
    }

    /**
     * What both hold once nobody but the viewer who stays is left and the native side has closed the others. Where `before` is
     * given, waits for that: the stayer's low picture has an encoder of its own, and a busy machine makes it see that one.
     */
    async function settled(before?: Use): Promise<Use> {
      while (viewersOfStreamer(streamer) !== 1) await stayer.peer.receives(15);
      for (let tries = 1; ; tries++) {
        const use = { streamer: processUse(streamer.pid), server: processUse(server.pid) };
        await stayer.peer.receives(30);
        const later = processUse(streamer.pid);
        const still = later.files === use.streamer.files && later.threads === use.streamer.threads;
        const isBack = before === undefined || use.streamer.threads <= before.streamer.threads;
        if (still && (isBack || tries >= MAX_TRIES) && (await viewersOfServer(port)) === 1) return use;
      }
    }
  },
  120_000 + SECONDS * 1000,
);

/** Rejects when `promise` takes longer than `ms`. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no video for ${ms} ms`)), ms);
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
