/**
 * Ten viewers come and go at random, in every way that viewers go: the one who stays never misses a packet's worth,
 * and afterwards streamer and server hold what they held before. CHURN_SECONDS makes it longer.
 */
import { afterEach, expect, test } from 'vitest';
import { killAll, serve, stream } from './support/perch-process.ts';
import { type ProcessUse, processUse } from './support/process-use.ts';
import { ProgramViewer } from './support/program-viewer.ts';
import { seededRandom } from './support/random.ts';

const SECONDS = Number(process.env['CHURN_SECONDS'] ?? 10);
const VIEWERS = 10;
const WAYS = ['hang-up', 'lose-socket', 'vanish'] as const;

/** glibc keeps freed memory and V8 its heap; growth beyond this after hundreds of viewers is a leak. */
const SLACK_MB = 40;

afterEach(killAll);

test(
  'ten viewers at a time come and go and leave nothing behind',
  async () => {
    const { perch: server, port } = await serve();
    const streamer = await stream(port, ['--width', '320', '--height', '240']);
    const random = seededRandom(7);

    // One round first: threads, buffers and code that exist once are made now.
    const warmUp = await Promise.all(Array.from({ length: VIEWERS }, () => ProgramViewer.join(port)));
    await Promise.all(warmUp.map((viewer) => viewer.peer.receives(5)));
    await Promise.all(warmUp.map((viewer) => viewer.leave('hang-up')));
    const stayer = await ProgramViewer.join(port);
    await stayer.peer.receives(5);
    await gone(VIEWERS);
    const before = { streamer: processUse(streamer.pid), server: processUse(server.pid) };

    const end = Date.now() + SECONDS * 1000;
    let joined = 0;
    const comeAndGo = async (): Promise<void> => {
      let previous: ProgramViewer | undefined;
      while (Date.now() < end) {
        const viewer = await ProgramViewer.join(port);
        joined++;
        // Some leave in the middle of connecting.
        if (random() < 0.8) await viewer.peer.receives(1 + Math.floor(random() * 60));
        await viewer.leave(WAYS[Math.floor(random() * WAYS.length)] ?? 'vanish');
        // Who vanished falls silent a while later.
        previous?.peer.close();
        previous = viewer;
      }
      previous?.peer.close();
    };
    const watched = keepsComing();
    await Promise.all(Array.from({ length: VIEWERS }, comeAndGo));
    await watched;
    await stayer.peer.receives(15);
    await streamer.says(/"viewers":1,"msg":"viewer gone"/);
    const after = await settled();
    console.log(`${joined} viewers came and went`, { before, after });

    expect(joined).toBeGreaterThan(VIEWERS * 2);
    for (const side of ['streamer', 'server'] as const) {
      expect(after[side].files, `${side} files`).toBeLessThanOrEqual(before[side].files);
      expect(after[side].threads, `${side} threads`).toBeLessThanOrEqual(before[side].threads);
      expect(after[side].residentMb, `${side} memory`).toBeLessThan(before[side].residentMb + SLACK_MB);
    }
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect(await health.json()).toMatchObject({ broadcasters: 1, viewers: 1 });

    /** The streamer has said this often that a viewer is gone. */
    async function gone(count: number): Promise<void> {
      await streamer.says(new RegExp(`(?:"msg":"viewer gone"[\\s\\S]*){${count}}`));
    }

    /** Resolves when the churn is over; rejects when the viewer who stays gets nothing for two seconds. */
    async function keepsComing(): Promise<void> {
      while (Date.now() < end) {
        const silence = new Promise<never>((_, reject) => {
          const timer = setTimeout(
            () => reject(new Error('the viewer who stays got nothing for 2 s')),
            2_000,
          );
          timer.unref();
          void stayer.peer.receives(10).then(() => clearTimeout(timer));
        });
        await Promise.race([stayer.peer.receives(10), silence]);
      }
    }

    /** What both hold once every connection is closed: closing is asynchronous in the native library. */
    async function settled(): Promise<{ streamer: ProcessUse; server: ProcessUse }> {
      for (;;) {
        const now = { streamer: processUse(streamer.pid), server: processUse(server.pid) };
        const open = now.streamer.files > before.streamer.files || now.server.files > before.server.files;
        if (!open) return now;
        await stayer.peer.receives(15);
      }
    }
  },
  60_000 + SECONDS * 1000,
);
