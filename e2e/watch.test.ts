/** The page shows the camera, and goes on showing it whatever is killed. */

import { describe, expect, test } from 'vitest';
import { expectMoving } from './support/expect-moving.ts';
import { PerchProcess, serve, stream } from './support/perch-process.ts';
import { useBrowser } from './support/use-browser.ts';
import type { ViewerPage } from './support/viewer-page.ts';

const open = useBrowser();

const watch = (port: number, stream = 'pi-camera-stream'): Promise<ViewerPage> =>
  open(`http://127.0.0.1:${port}/watch/${stream}`);

async function health(port: number): Promise<{ broadcasters: number; viewers: number }> {
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  return (await response.json()) as { broadcasters: number; viewers: number };
}

describe('perch demo', () => {
  test('shows moving 1280x720 video whose time strip can be read', async () => {
    const perch = new PerchProcess(['demo', '--host', '127.0.0.1', '--port', '0']);
    const [url] = await perch.says(
      /http:\/\/127\.0\.0\.1:\d+\/watch\/pi-camera-stream|http:\/\/localhost:\d+\/watch\/pi-camera-stream/,
    );
    const viewer = await open(url);
    await viewer.reaches('live');
    await viewer.reachesSize(1280, 720);
    const strips = await viewer.strips(30);
    expect(strips.length).toBeGreaterThanOrEqual(29);
    for (const { ageMs } of strips) {
      // No picture is from the future, none older than what a healthy path could ever hold back.
      expect(ageMs).toBeGreaterThanOrEqual(0);
      expect(ageMs).toBeLessThan(5_000);
    }
    expectMoving(strips);
  });
});

describe('the page', () => {
  test('[JOIN3] opened before the camera, shows it when it comes', async () => {
    const { port } = await serve();
    const viewer = await watch(port);
    await viewer.reaches('waiting-for-camera');
    await stream(port);
    await viewer.reaches('live');
    await viewer.shows(5);
  });

  test('asks for the stream before it has its scripts, and asks once', async () => {
    const { perch, port } = await serve();
    await stream(port);
    let letScriptsCome = (): void => undefined;
    const mayCome = new Promise<void>((resolve) => {
      letScriptsCome = resolve;
    });
    const viewer = await open(`http://127.0.0.1:${port}/watch/pi-camera-stream`, {
      prepare: (page) =>
        page.route('**/assets/*.js', async (route) => {
          await mayCome;
          await route.continue();
        }),
      waitUntil: 'commit',
    });
    await perch.says(/"msg":"viewer joined"/);
    letScriptsCome();
    await viewer.reaches('live');
    await viewer.shows(5);
    expect(perch.stdout.match(/"msg":"viewer joined"/g)).toHaveLength(1);
    expect(await viewer.page.evaluate(() => window.perchProbe.sockets.length)).toBe(1);
    expect((await viewer.connections()).made).toBe(1);
  });

  test('calls the server while somebody comes near the form, and again when that came to nothing', async () => {
    const { perch, port } = await serve();
    await stream(port);
    const viewer = await open(`http://127.0.0.1:${port}/`);
    const sockets = () => viewer.page.evaluate(() => window.perchProbe.sockets.length);
    expect(await sockets()).toBe(0);
    await viewer.page.hover('#connectBtn');
    await viewer.page.focus('#streamId');
    expect(await sockets()).toBe(1);
    await viewer.page.evaluate(() => window.perchProbe.sockets[0]?.close());
    await expect.poll(() => viewer.page.evaluate(() => window.perchProbe.sockets[0]?.readyState)).toBe(3);
    await viewer.page.click('#connectBtn');
    await viewer.reaches('live');
    expect(await sockets()).toBe(2);
    expect(perch.stdout.match(/"msg":"viewer joined"/g)).toHaveLength(1);
  });

  test('shows video again by itself after the streamer was killed and restarted', async () => {
    const { port } = await serve();
    const first = await stream(port);
    const viewer = await watch(port);
    await viewer.reaches('live');
    first.signal('SIGKILL');
    await viewer.reaches('waiting-for-camera');
    await stream(port);
    await viewer.reaches('live');
    await viewer.shows(5);
    await expect.poll(async () => (await viewer.connections()).open).toBe(1);
  });

  test('[RESUME1] [REG6] keeps its video and its connection while the server is killed and restarted', async () => {
    const { perch, port } = await serve();
    await stream(port);
    const viewer = await watch(port);
    await viewer.reaches('live');
    perch.signal('SIGKILL');
    await perch.end();
    await viewer.shows(30);
    const again = await serve(port);
    await again.perch.says(/"msg":"viewer joined"/);
    await again.perch.says(/"msg":"broadcaster registered"/);
    expect(await health(port)).toMatchObject({ broadcasters: 1, viewers: 1 });
    await viewer.shows(30);
    expect(await viewer.connections()).toEqual({ made: 1, open: 1 });
    const newcomer = await watch(port);
    await newcomer.reaches('live');
  });

  test('[RESUME5] keeps its video when only its own WebSocket is lost', async () => {
    const { perch, port } = await serve();
    await stream(port);
    const viewer = await watch(port);
    await viewer.reaches('live');
    await viewer.page.evaluate(() => window.perchProbe.sockets[0]?.close());
    await perch.says(/"msg":"viewer joined"[\s\S]*"msg":"viewer joined"/);
    await viewer.shows(30);
    expect(await viewer.connections()).toEqual({ made: 1, open: 1 });
  });

  test('leaves nothing open after Disconnect, and the server knows', async () => {
    const { perch, port } = await serve();
    await stream(port);
    const viewer = await open(`http://127.0.0.1:${port}/?stream=pi-camera-stream`);
    await viewer.reaches('live');
    await viewer.page.click('#disconnectBtn');
    await viewer.reaches('idle');
    await perch.says(/"msg":"viewer left"/);
    expect(await viewer.connections()).toEqual({ made: 1, open: 0 });
    expect(await health(port)).toMatchObject({ broadcasters: 1, viewers: 0 });
    await viewer.page.click('#connectBtn');
    await viewer.reaches('live');
  });
});
