/**
 * The Raspberry Pi's own camera program, rpicam-vid (libcamera-vid before 2024): which one is here, whether it
 * lists a camera, and the flags that make it write the H.264 we want. Flags after rpicam-apps' video_options.hpp.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { h264LevelFor, type VideoFormat } from '@perch/rtp';
import { StreamerError } from '../../domain/streamer-error.ts';
import type { CameraSettings } from '../source-options.ts';
import type { Program } from './program-source.ts';

const run = promisify(execFile);

const PROGRAMS = ['rpicam-vid', 'libcamera-vid'] as const;

/** Listing cameras takes a Pi Zero about two seconds. */
const ANSWER_WITHIN_MS = 10_000;

/** A new viewer waits at most this long for a keyframe where the cached pictures are lost. */
const KEYFRAME_INTERVAL_SECONDS = 2;

/** Rows of raw pictures begin at multiples of this. */
const ROW_BYTES = 64;

/** What rpicam-vid takes for --level, with level_idc: the lowest one that carries the picture is asked for. */
const LEVELS = [
  { idc: 40, name: '4' },
  { idc: 41, name: '4.1' },
] as const;

export interface CameraProgram {
  readonly command: string;
  /** The text of `--help`: options differ with the program's age and the Pi's model. */
  readonly help: string;
}

/** What was found, or why nothing can be used: one line that says what was looked for. */
export type CameraSearch =
  | { readonly found: CameraProgram; readonly cameras: readonly string[] }
  | { readonly missing: string };

/** Looks for the program on PATH and asks it for its cameras. */
export async function findCameraProgram(): Promise<CameraSearch> {
  const reasons: string[] = [];
  for (const command of PROGRAMS) {
    try {
      const listed = await run(command, ['--list-cameras'], { timeout: ANSWER_WITHIN_MS });
      const cameras = namesIn(listed.stdout + listed.stderr);
      if (cameras.length === 0) {
        reasons.push(`${command} lists no camera (check the ribbon cable)`);
        continue;
      }
      const { stdout: help } = await run(command, ['--help'], { timeout: ANSWER_WITHIN_MS });
      return { found: { command, help }, cameras };
    } catch (error) {
      const notFound = (error as NodeJS.ErrnoException).code === 'ENOENT';
      reasons.push(`${command} ${notFound ? 'is not on PATH' : 'failed to list its cameras'}`);
    }
  }
  return { missing: reasons.join('; ') };
}

/** "0 : imx708 [4608x2592 10-bit RGGB] (/base/soc/...)" is "imx708 [4608x2592 10-bit RGGB]". */
function namesIn(list: string): string[] {
  return [...list.matchAll(/^\s*\d+ : ([^(\n]*)/gmu)].map(([, name = '']) => name.trim());
}

/** The command line that streams `format` as H.264 to standard output. Throws a StreamerError for too much. */
export function rpicamProgram(
  { command, help }: CameraProgram,
  format: VideoFormat,
  camera: CameraSettings,
): Program {
  const needed = h264LevelFor(format) ?? Number.POSITIVE_INFINITY;
  const level = LEVELS.find(({ idc }) => idc >= needed);
  if (level === undefined) {
    const size = `${format.width}x${format.height} at ${format.framesPerSecond}`;
    throw new StreamerError(
      'bad-format',
      `the camera can't encode ${size}; 1920x1080 at 30 is the most it takes`,
    );
  }
  const args = [
    ...pictureArgs(format),
    ...['--codec', 'h264', '--profile', 'baseline', '--level', level.name],
    ...['--bitrate', String(format.bitsPerSecond)],
    ...['--intra', String(Math.round(format.framesPerSecond * KEYFRAME_INTERVAL_SECONDS))],
    ...['--inline', '--flush', '--nopreview'],
    ...['-t', '0', '-o', '-'],
  ];
  // A Pi 5 has no H.264 hardware: the program takes libx264 then, which must not hold frames back, and can't tell
  // the format from the file name "-". Builds without libx264 do not know these options.
  if (help.includes('--low-latency')) args.push('--low-latency');
  if (help.includes('--libav-format')) args.push('--libav-format', 'h264');
  return { command, args: [...args, ...cameraArgs(camera)], format };
}

/**
 * The command line that streams raw pictures, for an encoder of our own. The program writes them as they lie in
 * memory, and rows there are padded to 64 bytes (rpicam-apps issue 188): a width without padding is asked for.
 * Never run on a Pi.
 */
export function rawRpicamProgram(
  { command }: CameraProgram,
  format: VideoFormat,
  camera: CameraSettings,
): Program {
  if (format.width % ROW_BYTES !== 0) {
    const near = Math.max(1, Math.round(format.width / ROW_BYTES)) * ROW_BYTES;
    throw new StreamerError(
      'bad-format',
      `raw pictures of the camera must have a width that is a multiple of ${ROW_BYTES}; choose --width ${near}, or --encoder rpicam`,
    );
  }
  const args = [
    ...pictureArgs(format),
    ...['--codec', 'yuv420', '--flush', '--nopreview'],
    ...['-t', '0', '-o', '-'],
  ];
  return { command, args: [...args, ...cameraArgs(camera)], format };
}

function pictureArgs({ width, height, framesPerSecond }: VideoFormat): string[] {
  return ['--width', String(width), '--height', String(height), '--framerate', String(framesPerSecond)];
}

/** What the owner set; their own arguments last, so that they win. */
function cameraArgs({ rotation, hflip, vflip, autofocusMode, exposure, awb, rpicamArgs }: CameraSettings) {
  return [
    ...(rotation === 0 ? [] : ['--rotation', String(rotation)]),
    ...(hflip ? ['--hflip'] : []),
    ...(vflip ? ['--vflip'] : []),
    ...(autofocusMode === undefined ? [] : ['--autofocus-mode', autofocusMode]),
    ...(exposure === undefined ? [] : ['--exposure', exposure]),
    ...(awb === undefined ? [] : ['--awb', awb]),
    ...(rpicamArgs ?? []),
  ];
}
