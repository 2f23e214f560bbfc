/**
 * H.264 levels (ITU-T H.264, Table A-1) and how an SDP names profile and level (RFC 6184, 8.1, profile-level-id).
 * Not here: level 1b, which is told by a constraint flag, and the size of the decoded picture buffer, which one
 * reference picture never fills.
 */
import type { Sps } from './sps.ts';

/** [level_idc, macroblocks a second, macroblocks a picture, kbit/s in the Baseline and Main profiles] */
const LEVELS: readonly (readonly [number, number, number, number])[] = [
  [10, 1_485, 99, 64],
  [11, 3_000, 396, 192],
  [12, 6_000, 396, 384],
  [13, 11_880, 396, 768],
  [20, 11_880, 396, 2_000],
  [21, 19_800, 792, 4_000],
  [22, 20_250, 1_620, 4_000],
  [30, 40_500, 1_620, 10_000],
  [31, 108_000, 3_600, 14_000],
  [32, 216_000, 5_120, 20_000],
  [40, 245_760, 8_192, 20_000],
  [41, 245_760, 8_192, 50_000],
  [42, 522_240, 8_704, 50_000],
  [50, 589_824, 22_080, 135_000],
  [51, 983_040, 36_864, 240_000],
  [52, 2_073_600, 36_864, 240_000],
  [60, 4_177_920, 139_264, 240_000],
  [61, 8_355_840, 139_264, 480_000],
  [62, 16_711_680, 139_264, 800_000],
];

/** `width` and `height` in pixels. */
export interface VideoFormat {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly bitsPerSecond: number;
}

/** The lowest level_idc (31 is level 3.1) that allows this video, or undefined where none does. */
export function h264LevelFor(format: VideoFormat): number | undefined {
  const columns = Math.ceil(format.width / 16);
  const rows = Math.ceil(format.height / 16);
  const macroblocks = columns * rows;
  for (const [level, perSecond, perPicture, kilobitsPerSecond] of LEVELS) {
    // A.3.1: neither side is longer than the square root of eight times the largest picture.
    const longestSide = Math.sqrt(perPicture * 8);
    if (
      macroblocks <= perPicture &&
      macroblocks * format.framesPerSecond <= perSecond &&
      columns <= longestSide &&
      rows <= longestSide &&
      format.bitsPerSecond <= kilobitsPerSecond * 1000
    ) {
      return level;
    }
  }
  return undefined;
}

/** profile_idc and the constraint flags, as four hexadecimal digits. */
const PROFILES = {
  'constrained-baseline': '42e0',
  main: '4d00',
  'constrained-high': '640c',
  high: '6400',
} as const;

export type H264Profile = keyof typeof PROFILES;

/** What an SDP's `a=fmtp` says as `profile-level-id`: `('constrained-baseline', 31)` is `42e01f`. */
export function profileLevelId(profile: H264Profile, levelIdc: number): string {
  return PROFILES[profile] + hexByte(levelIdc);
}

/** The profile-level-id of video that exists: the three bytes after an SPS's header. */
export function profileLevelIdOfSps(sps: Pick<Sps, 'profileIdc' | 'constraintFlags' | 'levelIdc'>): string {
  return hexByte(sps.profileIdc) + hexByte(sps.constraintFlags) + hexByte(sps.levelIdc);
}

function hexByte(byte: number): string {
  return (byte & 0xff).toString(16).padStart(2, '0');
}
