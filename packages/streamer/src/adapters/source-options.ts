/** What an owner can ask of a source beside its kind: the picture, who encodes it, how the camera is set. */
import type { VideoFormat } from '@perch/rtp';
import { StreamerError } from '../domain/streamer-error.ts';
import type { Orientation } from './av/fit-filters.ts';

/** What a source gives: H.264 of a program, the Pi's camera, raw pictures, or what a camera says when it is opened. */
export type SourceKind = 'program' | 'rpicam' | 'raw' | 'camera';

export type EncoderName = 'auto' | 'copy' | 'rpicam' | 'v4l2m2m' | 'x264';

/** How the camera hangs, and what rpicam-vid is told in its own words. */
export interface CameraSettings extends Orientation {
  readonly autofocusMode?: string | undefined;
  readonly exposure?: string | undefined;
  readonly awb?: string | undefined;
  /** Further arguments for rpicam-vid, each by itself. */
  readonly rpicamArgs?: readonly string[] | undefined;
}

export interface SourceOptions {
  readonly format: VideoFormat;
  readonly encoder: EncoderName;
  readonly camera: CameraSettings;
}

export function isUpright({ rotation, hflip, vflip }: Orientation): boolean {
  return rotation === 0 && !hflip && !vflip;
}

/** Throws a StreamerError for a setting that this source would not heed: better no picture than a wrong one. */
export function refuseCameraSettings(kind: SourceKind, source: string, camera: CameraSettings): void {
  const { autofocusMode, exposure, awb, rpicamArgs } = camera;
  const unheeded = [
    ...(kind === 'program' || source === 'test' ? orientationFlags(camera) : []),
    ...(kind === 'rpicam' || autofocusMode === undefined ? [] : ['--autofocus-mode']),
    ...(kind === 'rpicam' || exposure === undefined ? [] : ['--exposure']),
    ...(kind === 'rpicam' || awb === undefined ? [] : ['--awb']),
    ...(kind === 'rpicam' || rpicamArgs === undefined || rpicamArgs.length === 0 ? [] : ['--rpicam-args']),
  ];
  if (unheeded.length === 0) return;
  const message = `${unheeded.join(', ')} can't be done with --source ${source}; leave out the flag or its setting`;
  throw new StreamerError('bad-source', message);
}

function orientationFlags({ rotation, hflip, vflip }: Orientation): string[] {
  return [
    ...(rotation === 0 ? [] : ['--rotation']),
    ...(hflip ? ['--hflip'] : []),
    ...(vflip ? ['--vflip'] : []),
  ];
}
