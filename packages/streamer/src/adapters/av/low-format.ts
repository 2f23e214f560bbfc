/** What the low layer is: half the picture's sides, and few pictures a second where the rate is low. Pure. */
import type { VideoFormat } from '@perch/rtp';

/** Narrower is a stamp; and the hardware encoders take nothing smaller. */
const MIN_WIDTH = 160;

/** At 640x360 and eight pictures a second this still shows who is at the door. */
const LOWEST_BITS_PER_SECOND = 100_000;

/** Below a rate so many pictures a second at most: few that can be made out are better than many that can't. */
const FEWER_PICTURES = [
  { belowBitsPerSecond: 150_000, picturesPerSecond: 8 },
  { belowBitsPerSecond: 250_000, picturesPerSecond: 15 },
] as const;

export interface LowFormat {
  /** Its rate is the highest one. */
  readonly format: VideoFormat;
  readonly lowestBitsPerSecond: number;
}

/** Undefined where the picture is too small for a smaller one. */
export function lowFormatOf(main: VideoFormat): LowFormat | undefined {
  const width = Math.max(MIN_WIDTH, even(main.width / 2));
  const height = Math.max(2, even((main.height * width) / main.width));
  if (width >= main.width || height >= main.height) return undefined;
  const bitsPerSecond = Math.round(main.bitsPerSecond / 2);
  return {
    format: { ...main, width, height, bitsPerSecond },
    lowestBitsPerSecond: Math.min(LOWEST_BITS_PER_SECOND, bitsPerSecond),
  };
}

/** One picture of how many is encoded at a rate. */
export function oneOf({ framesPerSecond }: VideoFormat, bitsPerSecond: number): number {
  const most = FEWER_PICTURES.find(({ belowBitsPerSecond }) => bitsPerSecond < belowBitsPerSecond);
  return most === undefined ? 1 : Math.ceil(framesPerSecond / most.picturesPerSecond);
}

function even(value: number): number {
  return Math.round(value / 2) * 2;
}
