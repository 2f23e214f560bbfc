/** What the clip is, for the one who makes it, those who play it and those who say what was played. */

export const WIDTH = 1280;
export const HEIGHT = 720;
export const FRAMES_PER_SECOND = 30;
export const BITS_PER_SECOND = 2_000_000;

/** In the clip's folder: the H.264, and the pictures' sizes in bytes, so that the feeder need not parse. */
export const CLIP_FILES = { video: 'clip.h264', sizes: 'sizes.json' } as const;
