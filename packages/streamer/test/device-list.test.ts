import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listDevices } from '../src/adapters/device-list.ts';

async function machine(
  devices: Readonly<Record<string, readonly [name: string, index: string]>>,
  model = '',
) {
  const folder = await mkdtemp(join(tmpdir(), 'perch-devices-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [node, [name, index]] of Object.entries(devices)) {
    await mkdir(join(folder, node));
    await writeFile(join(folder, node, 'name'), `${name}\n`);
    await writeFile(join(folder, node, 'index'), `${index}\n`);
  }
  const piModelFile = join(folder, 'model');
  if (model !== '') await writeFile(piModelFile, `${model}\0`);
  return await listDevices({ video4linux: folder, piModelFile });
}

test('USB cameras are listed by number, once each; a Pi’s own devices are not', async () => {
  const { cameras } = await machine({
    video10: ['bcm2835-codec-decode', '0'],
    video2: ['Second Cam', '0'],
    video0: ['HD Webcam C270', '0'],
    video1: ['HD Webcam C270', '1'],
    'v4l-subdev0': ['imx708', '0'],
  });
  expect(cameras).toEqual([
    { name: 'v4l2:/dev/video0', about: 'HD Webcam C270' },
    { name: 'v4l2:/dev/video2', about: 'Second Cam' },
  ]);
});

test('a machine without any says what was looked for', async () => {
  const { cameras, missing } = await machine({});
  expect(cameras).toEqual([]);
  expect(missing).toContain('rpicam-vid is not on PATH');
});

test.each([
  ['', 'no: this is no Raspberry Pi'],
  ['Raspberry Pi 4 Model B', 'the hardware of this Raspberry Pi 4 Model B'],
  ['Raspberry Pi 5 Model B', 'no: Raspberry Pi 5 Model B has no H.264 hardware known to Perch'],
])('on %j the hardware encoder is: %s', async (model, about) => {
  const { encoders } = await machine({}, model);
  expect(encoders).toContainEqual({ name: 'v4l2m2m', about });
  expect(encoders).toContainEqual({ name: 'x264', about: 'the processor' });
});
