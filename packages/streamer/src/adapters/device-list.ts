/** What this machine has for a stream: cameras and encoders, by the names that `--source` and `--encoder` take. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findCameraProgram } from './camera/rpicam.ts';
import { hasH264Hardware, readPiModel } from './pi-model.ts';

export interface Device {
  readonly name: string;
  /** What a person knows it by, or why it can't be used. */
  readonly about: string;
}

export interface DeviceList {
  readonly cameras: readonly Device[];
  /** What was looked for, where the Pi's camera was not found. */
  readonly missing: string | undefined;
  readonly encoders: readonly Device[];
}

/** Where the machine tells of its devices; another folder in tests. */
export interface DeviceFolders {
  readonly video4linux?: string;
  readonly piModelFile?: string;
}

/** A Pi's own hardware has devices, too: decoders, image processors, and the camera before them. */
const NO_CAMERA = /^(?:bcm2835-|pispbe|rp1-cfe|unicam|rpi-hevc)/u;

export async function listDevices(folders: DeviceFolders = {}): Promise<DeviceList> {
  const [search, usb, model, libraries] = await Promise.all([
    findCameraProgram(),
    videoDevices(folders.video4linux),
    readPiModel(folders.piModelFile),
    canLoadLibraries(),
  ]);
  const pi = 'found' in search ? search.cameras.map((about) => ({ name: 'rpicam', about })) : [];
  const hardware = hasH264Hardware(model);
  return {
    cameras: [...pi, ...usb],
    missing: 'missing' in search ? search.missing : undefined,
    encoders: [
      { name: 'x264', about: libraries ? 'the processor' : 'no: node-av does not work on this machine' },
      {
        name: 'v4l2m2m',
        about: hardware === true && libraries ? `the hardware of this ${model}` : `no: ${noHardware(model)}`,
      },
      {
        name: 'rpicam',
        about: 'found' in search ? `by ${search.found.command}` : 'no: there is no Raspberry Pi camera',
      },
    ],
  };
}

function noHardware(model: string | undefined): string {
  return model === undefined ? 'this is no Raspberry Pi' : `${model} has no H.264 hardware known to Perch`;
}

/** The first node of each device: further ones carry no pictures. */
async function videoDevices(folder = '/sys/class/video4linux'): Promise<Device[]> {
  const nodes = (await readdir(folder).catch(() => [])).filter((node) => /^video\d+$/u.test(node));
  const read = async (node: string, file: string): Promise<string> =>
    (await readFile(join(folder, node, file), 'utf8').catch(() => '')).trim();
  const devices = await Promise.all(
    nodes
      .sort((one, other) => Number(one.slice('video'.length)) - Number(other.slice('video'.length)))
      .map(async (node) => ({ node, about: await read(node, 'name'), index: await read(node, 'index') })),
  );
  return devices
    .filter(({ about, index }) => !NO_CAMERA.test(about) && (index === '0' || index === ''))
    .map(({ node, about }) => ({ name: `v4l2:/dev/${node}`, about }));
}

async function canLoadLibraries(): Promise<boolean> {
  try {
    await import('./av/x264-encoder.ts');
    return true;
  } catch {
    return false;
  }
}
