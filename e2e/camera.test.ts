/** The camera programs, end to end: a stand-in for rpicam-vid on PATH, and any program by exec:. */
import { readFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { recordedPictures } from '../packages/streamer/test/support/recorded-clip.ts';
import { RtspCamera } from '../packages/streamer/test/support/rtsp-camera.ts';
import { cameraProgram } from './support/camera-program.ts';
import { PerchProcess, serve, stream } from './support/perch-process.ts';
import { processUse } from './support/process-use.ts';
import { useBrowser } from './support/use-browser.ts';
import type { ViewerPage } from './support/viewer-page.ts';

const STAND_IN = fileURLToPath(new URL('./fixtures/bin', import.meta.url));
const withCamera = { PATH: `${STAND_IN}${delimiter}${process.env['PATH']}` };

const open = useBrowser();

const watch = (port: number): Promise<ViewerPage> => open(`http://127.0.0.1:${port}/watch/pi-camera-stream`);

test('auto takes the Raspberry Pi camera, and its video goes on after the camera program is killed', async () => {
  const { port } = await serve();
  const streamer = await stream(port, ['--source', 'auto'], { environment: withCamera });
  const viewer = await watch(port);
  await viewer.reaches('live');
  await viewer.reachesSize(640, 360);
  process.kill(await cameraProgram(streamer), 'SIGKILL');
  await streamer.says(/the video source ended; starting it again[\s\S]*INFO Camera/);
  await viewer.shows(30);
  expect(await viewer.connections()).toEqual({ made: 1, open: 1 });
});

test('a camera program that hangs is ended and started again', async () => {
  const { port } = await serve();
  const streamer = await stream(port, ['--source', 'rpicam'], { environment: withCamera });
  const viewer = await watch(port);
  await viewer.reaches('live');
  const pid = await cameraProgram(streamer);
  process.kill(pid, 'SIGSTOP');
  await streamer.says(/no picture for 2 s[\s\S]*the video source ended; starting it again[\s\S]*INFO Camera/);
  await viewer.shows(30);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('a camera program that encodes by itself needs neither our encoder nor its memory', async () => {
  const { port } = await serve();
  // Too small for the smaller picture, which is encoded here and sent to viewers on a busy machine.
  const args = ['--source', 'auto', '--width', '160', '--height', '90'];
  const streamer = await stream(port, args, { environment: withCamera });
  const viewer = await watch(port);
  await viewer.reaches('live');
  await viewer.shows(30);
  const mapped = await readFile(`/proc/${streamer.pid}/maps`, 'utf8');
  expect(mapped).toMatch(/node_datachannel\.node/);
  expect(mapped).not.toMatch(/node-av/);
  expect(processUse(streamer.pid).residentMb).toBeLessThan(100);
});

test('the Pi camera through our own encoder is as large, and is said with the reason', async () => {
  const { port } = await serve();
  const args = ['--source', 'rpicam', '--encoder', 'x264', '--rotation', '180', '--awb', 'daylight'];
  const streamer = await stream(port, [...args, '--rpicam-args', '--sharpness 2'], {
    environment: withCamera,
  });
  await streamer.says(/"encoder":"x264","because":"--encoder x264","msg":"encoder chosen"/);
  const viewer = await watch(port);
  await viewer.reaches('live');
  await viewer.reachesSize(640, 360);
  expect((await viewer.strips(10)).length).toBeGreaterThan(5);
  streamer.signal('SIGINT');
  expect(await streamer.end()).toBe(0);
});

test('arguments that the camera program does not know are its complaint in the log', async () => {
  const { port } = await serve();
  const perch = new PerchProcess(
    ['stream', '--signaling-url', `ws://127.0.0.1:${port}`, '--rpicam-args', '--no-such "a b"'],
    { environment: withCamera },
  );
  await perch.says(/unrecognised option '--no-such'/);
});

test('--list shows the camera and the encoders, and ends', async () => {
  const perch = new PerchProcess(['stream', '--list'], { environment: withCamera });
  expect(await perch.end()).toBe(0);
  expect(perch.stdout).toMatch(/^ {2}rpicam +imx708 \[4608x2592 10-bit RGGB\]$/mu);
  expect(perch.stdout).toMatch(/^ {2}x264 +the processor$/mu);
});

test('a camera in the network is passed on, and connected to again when it was lost', async () => {
  const format = { width: 640, height: 360, framesPerSecond: 15, bitsPerSecond: 500_000 };
  const camera = await RtspCamera.listen({
    pictures: await recordedPictures({ format, count: 15 }),
    framesPerSecond: format.framesPerSecond,
    credentials: 'me:sesame',
  });
  onTestFinished(() => camera.close());
  const { port } = await serve();
  const source = `rtsp://me:sesame@127.0.0.1:${camera.port}/live`;
  const streamer = await stream(port, ['--source', source]);
  const viewer = await watch(port);
  await viewer.reaches('live');
  await viewer.reachesSize(640, 360);
  camera.drop();
  await streamer.says(/the video source ended; starting it again[\s\S]*"encoder":"copy"/);
  await viewer.shows(30);
  expect(streamer.stdout + streamer.stderr).not.toContain('sesame');
});

test('a viewer who comes in the middle of a group of pictures sees video at once from the cached ones', async () => {
  const { port } = await serve();
  // A keyframe every 60 s: a picture before that can only come from the cache.
  const command = `exec '${STAND_IN}/rpicam-vid' --width 320 --height 240 --framerate 15 --intra 900 --inline -t 0 -o -`;
  const streamer = await stream(port, ['--source', `exec:${command}`]);
  const first = await watch(port);
  await first.reaches('live');
  await first.shows(20);
  const second = await watch(port);
  await second.reaches('live');
  await second.shows(5);
  streamer.signal('SIGINT');
  expect(await streamer.end()).toBe(0);
});

test.each([
  ['no camera program', { PATH: '/nonexistent' }, /rpicam-vid is not on PATH; libcamera-vid is not on PATH/],
  [
    'a camera program without a camera',
    { ...withCamera, FAKE_RPICAM_NO_CAMERA: '1' },
    /rpicam-vid lists no camera/,
  ],
])(
  'auto with %s ends with one line that says how to choose, and never shows the test picture',
  async (_, environment, why) => {
    const perch = new PerchProcess(['stream', '--signaling-url', 'ws://127.0.0.1:9'], { environment });
    expect(await perch.end()).toBe(1);
    expect(perch.stderr).toMatch(/^perch stream: no camera found: [^\n]*\n$/);
    expect(perch.stderr).toMatch(why);
    expect(perch.stderr).toContain('--source');
  },
);
