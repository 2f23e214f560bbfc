/** What a viewer is told while the camera program is away and comes back. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { cameraProgram } from './support/camera-program.ts';
import { serve, stream } from './support/perch-process.ts';
import { useBrowser } from './support/use-browser.ts';

const STAND_IN = fileURLToPath(new URL('./fixtures/bin/rpicam-vid', import.meta.url));

const open = useBrowser();

let folder: string | undefined;
afterEach(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
});

test('[STATE1] [STATE2] [STATE3] viewers are told that the camera restarts, and see it again on the same connection', async () => {
  folder = await mkdtemp(join(tmpdir(), 'perch-'));
  const broken = join(folder, 'broken');
  // A camera that can't be started for as long as this file is there.
  const program = `exec '${STAND_IN}' --width 320 --height 240 --framerate 15 --intra 15 --inline -t 0 -o -`;
  const command = `test ! -e '${broken}' && ${program}`;
  const { port } = await serve();
  const streamer = await stream(port, ['--source', `exec:${command}`]);
  const url = `http://127.0.0.1:${port}/watch/pi-camera-stream`;
  const viewer = await open(url);
  await viewer.reaches('live');
  await viewer.shows(5);

  await writeFile(broken, '');
  process.kill(await cameraProgram(streamer), 'SIGKILL');
  await viewer.reaches('camera-restarting');
  expect(await viewer.page.locator('#status').textContent()).toMatch(/^The camera is restarting/);
  expect(await viewer.page.locator('#status[role="status"]').count()).toBe(1);
  const late = await open(url);
  await late.reaches('camera-restarting');

  await rm(broken);
  await viewer.reaches('live');
  await late.reaches('live');
  await viewer.shows(5);
  expect(await viewer.connections()).toEqual({ made: 1, open: 1 });
});
