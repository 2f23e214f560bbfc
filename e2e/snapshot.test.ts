/** A still picture of a camera, over HTTP, beside somebody who watches it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTimeStrip, timeStripAge } from '@perch/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { decodeJpeg } from '../packages/streamer/test/support/decode-jpeg.ts';
import { listening, PerchProcess, serve, stream } from './support/perch-process.ts';
import { useBrowser } from './support/use-browser.ts';

const open = useBrowser();

/** As a camera of today: its picture is made smaller. */
const LARGE = ['--width', '1280', '--height', '720', '--fps', '15', '--bitrate', '2M'];

const address = (port: number, streamId: string) =>
  `http://127.0.0.1:${port}/api/streams/${streamId}/snapshot.jpg`;

interface Still {
  readonly response: Response;
  /** How old the picture was when it was there, by the strip in it, in milliseconds. */
  readonly ageMs: number;
  /** The same when it was asked for: nothing where it was taken after that, however long the answer took. */
  readonly ageAskedMs: number;
}

async function still(url: string): Promise<Still> {
  const askedAt = Date.now();
  const response = await fetch(url);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const answeredAt = Date.now();
  const { width, height, luma } = await decodeJpeg(bytes);
  expect([width, height]).toEqual([640, 360]);
  const strip = readTimeStrip(width, luma);
  expect(strip).toBeDefined();
  const ageMs = timeStripAge(strip as number, answeredAt);
  return { response, ageMs, ageAskedMs: Math.max(0, ageMs - (answeredAt - askedAt)) };
}

/** The longest time between two pictures, by their strips. */
function longestGap(strips: readonly { readonly ms: number }[]): number {
  return Math.max(...strips.slice(1).map(({ ms }, index) => ms - (strips[index]?.ms ?? 0)));
}

describe('a still picture', () => {
  test('[SNAP1] of a camera that nobody watches is one of now, for who may view it and nobody else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'perch-snapshot-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { port } = await listening(['--port', '0', '--state-dir', folder]);
    const token = async (right: 'publish' | 'view', streamId: string): Promise<string> => {
      const perch = new PerchProcess(['token', `--${right}`, streamId, '--state-dir', folder]);
      const [, made = ''] = await perch.says(/(?:token|TOKEN)=([\w-]+\.[\w-]+\.[\w-]+)/);
      return made;
    };
    const environment = { PERCH_TOKEN: await token('publish', 'garden') };
    await stream(port, ['--stream-id', 'garden', ...LARGE], { environment });
    const statusWith = async (bearer: string) =>
      (await fetch(address(port, 'garden'), { headers: { Authorization: `Bearer ${bearer}` } })).status;
    expect((await fetch(address(port, 'garden'))).status).toBe(401);
    expect(await statusWith(environment.PERCH_TOKEN)).toBe(403);
    expect(await statusWith(await token('view', 'another'))).toBe(403);

    const url = `${address(port, 'garden')}?token=${await token('view', 'garden')}`;
    const { response, ageMs, ageAskedMs } = await still(url);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(ageMs).toBeGreaterThanOrEqual(0);
    // What is fresh may be a second old, and was encoded before that.
    expect(ageAskedMs).toBeLessThan(2_000);
  });

  test('[SNAP5] does not disturb who watches, and the next one is newer', async () => {
    const { port } = await serve();
    await stream(port, LARGE);
    const url = address(port, 'pi-camera-stream');
    const viewer = await open(`http://127.0.0.1:${port}/watch/pi-camera-stream`);
    await viewer.reaches('live');
    await viewer.shows(15);

    const usual = await viewer.strips(90);
    const watched = viewer.strips(90);
    const etags = new Set<string | null>();
    const ages: number[] = [];
    const first = await still(url);
    etags.add(first.response.headers.get('etag'));
    expect(first.ageAskedMs).toBeLessThan(2_000);
    await expect
      .poll(async () => {
        const { response, ageAskedMs } = await still(url);
        etags.add(response.headers.get('etag'));
        ages.push(ageAskedMs);
        return etags.size;
      })
      .toBeGreaterThan(1);
    // Kept for five seconds, and no longer; it was some seconds old by then, where it took so long.
    expect(Math.max(...ages)).toBeLessThan(9_000);
    const strips = await watched;
    expect(strips.length).toBeGreaterThanOrEqual(85);
    const gapsMs = { usual: longestGap(usual), beside: longestGap(strips) };
    console.log('beside stills', gapsMs);
    // A picture comes every 67 ms; a freeze is what a person sees.
    expect(gapsMs.beside).toBeLessThan(gapsMs.usual + 500);
    expect((await viewer.connections()).made).toBe(1);
  });
});
