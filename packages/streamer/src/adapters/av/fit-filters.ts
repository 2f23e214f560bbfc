/** FFmpeg's filters that turn a picture the way its owner wants it and fit it into a size. Pure. */
import type { VideoFormat } from '@perch/rtp';

/** How the camera hangs. */
export interface Orientation {
  readonly rotation: 0 | 180;
  readonly hflip: boolean;
  readonly vflip: boolean;
}

export const UPRIGHT: Orientation = { rotation: 0, hflip: false, vflip: false };

/** What does not fill the size is centred in black. */
export function fitInto({ width, height }: VideoFormat, orientation: Orientation): string[] {
  const upsideDown = orientation.rotation === 180;
  return [
    ...(orientation.hflip === upsideDown ? [] : ['hflip']),
    ...(orientation.vflip === upsideDown ? [] : ['vflip']),
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`,
    `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
    'format=yuv420p',
  ];
}
