/** Somebody else's player, on somebody else's page, watches by WHEP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectMoving } from './support/expect-moving.ts';
import { listening, PerchProcess, stream } from './support/perch-process.ts';
import { playerSite } from './support/player-site.ts';
import { useBrowser } from './support/use-browser.ts';
import { viewersOfServer, viewersOfStreamer } from './support/viewer-counts.ts';
import type { ViewerPage } from './support/viewer-page.ts';

const open = useBrowser();

/** A closed server, a camera with the right to publish, and a page elsewhere that may use the server. */
async function set() {
  const folder = await mkdtemp(join(tmpdir(), 'perch-whep-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const site = await playerSite();
  const { port } = await listening(['--port', '0', '--state-dir', folder, '--allow-origin', site]);
  const token = async (right: 'publish' | 'view'): Promise<string> => {
    const perch = new PerchProcess(['token', `--${right}`, 'garden', '--state-dir', folder]);
    const [, made = ''] = await perch.says(/(?:token|TOKEN)=([\w-]+\.[\w-]+\.[\w-]+)/);
    return made;
  };
  const publish = await token('publish');
  const streamer = await stream(port, ['--stream-id', 'garden'], { environment: { PERCH_TOKEN: publish } });
  return { port, streamer, viewToken: await token('view'), viewer: await open(site) };
}

function watch(viewer: ViewerPage, port: number, token: string, kinds: readonly string[]): Promise<void> {
  const url = `http://127.0.0.1:${port}/whep/garden`;
  return viewer.page.evaluate(([endpoint, right, media]) => window.player.watch(endpoint, right, media), [
    url,
    token,
    kinds,
  ] as const);
}

/** What the browser agreed on, as it says. */
function agreed(viewer: ViewerPage): Promise<string> {
  return viewer.page.evaluate(() => window.player.connection.remoteDescription?.sdp ?? '');
}

describe('a WHEP player', () => {
  test.each([
    ['video alone', ['video']],
    ['sound and video', ['audio', 'video']],
  ])('[WHEP1] [WHEP5] that offers %s shows moving video, and [WHEP7] leaves', async (_, kinds) => {
    const { port, streamer, viewToken, viewer } = await set();
    await watch(viewer, port, viewToken, kinds);
    await viewer.shows(15);
    await viewer.reachesSize(640, 360);
    const strips = await viewer.strips(20);
    expect(strips.length).toBeGreaterThanOrEqual(19);
    for (const { ageMs } of strips) expect(ageMs).toBeLessThan(5_000);
    expectMoving(strips);
    const sdp = await agreed(viewer);
    for (const line of [/rtcp-fb:\d+ transport-cc/u, /rtpmap:\d+ rtx\/90000/u, /playout-delay/u]) {
      expect(sdp).toMatch(line);
    }
    expect(await viewersOfServer(port)).toBe(1);
    // Its log comes by a way of its own.
    await expect.poll(() => viewersOfStreamer(streamer)).toBe(1);

    await viewer.page.evaluate(() => window.player.stop());
    await expect.poll(() => viewersOfServer(port)).toBe(0);
    await expect.poll(() => viewersOfStreamer(streamer)).toBe(0);
  });

  test('[WHEP8] that vanishes is no viewer for long', async () => {
    const { port, streamer, viewToken, viewer } = await set();
    await watch(viewer, port, viewToken, ['video']);
    await viewer.shows(5);
    await viewer.page.close();
    // The server is told of it by the streamer, whose log comes by a way of its own.
    await expect.poll(() => viewersOfServer(port)).toBe(0);
    await expect.poll(() => viewersOfStreamer(streamer)).toBe(0);
  });

  test('[WHEP2] without a right is told so', async () => {
    const { port, viewer } = await set();
    await expect(watch(viewer, port, 'x.y.z', ['video'])).rejects.toThrow('401');
    expect(await viewersOfServer(port)).toBe(0);
  });
});
