/**
 * libx264: constrained baseline, no B-frames, no lookahead, so each picture leaves the encoder before the next one
 * enters. Its rate follows what is set from one picture to the next.
 */
import { availableParallelism } from 'node:os';
import { h264LevelFor, type VideoFormat } from '@perch/rtp';
import { FF_THREAD_SLICE } from 'node-av/constants';
import type { CodecContext } from 'node-av/lib';
import { StreamerError } from '../../domain/streamer-error.ts';
import { LibavEncoder } from './libav-encoder.ts';
import type { EncodingRate, PictureEncoder } from './picture-encoder.ts';

/**
 * How much rate may be saved up for one picture. At 30/s a keyframe is then seven and a half ordinary pictures at
 * most; of the test picture it is three to five, and looks no worse than its neighbours (PSNR at 2 Mbit/s: the same
 * as with twice the buffer, which makes keyframes of six to eight).
 */
const RATE_BUFFER_SECONDS = 0.25;

/** At few pictures a second the buffer must still hold a keyframe that is worth looking at. */
const RATE_BUFFER_PICTURES = 4;

/** More slices cost bits; four threads carry 1080p30 on a Pi. */
const MAX_THREADS = 4;

/** Rejects with a StreamerError when libx264 does not take the format. */
export async function openX264(format: VideoFormat): Promise<PictureEncoder> {
  const level = h264LevelFor(format);
  if (level === undefined) throw unusable(format);
  try {
    return await LibavEncoder.open('libx264', format, {
      configure: (context) => {
        const { bitsPerSecond, framesPerSecond: picturesPerSecond } = format;
        applyRate(context, format, { bitsPerSecond, picturesPerSecond });
        context.threadType = FF_THREAD_SLICE;
        context.threadCount = Math.min(MAX_THREADS, availableParallelism());
        return {
          preset: 'ultrafast',
          tune: 'zerolatency',
          profile: 'baseline',
          level: (level / 10).toFixed(1),
          'forced-idr': '1',
        };
      },
      applyRate: (context, rate) => applyRate(context, format, rate),
    });
  } catch (cause) {
    throw cause instanceof StreamerError ? cause : unusable(format, { cause });
  }
}

/**
 * FFmpeg compares these with what x264 has at each picture, and changes it in the running encoder. The frame rate it
 * tells x264 only once, so where pictures are left out, each is given the bits of those that it stands for.
 */
function applyRate(context: CodecContext, format: VideoFormat, rate: EncodingRate): void {
  const { bitsPerSecond, picturesPerSecond } = rate;
  const nominal = Math.round((bitsPerSecond * format.framesPerSecond) / picturesPerSecond);
  const bufferSeconds = Math.max(RATE_BUFFER_SECONDS, RATE_BUFFER_PICTURES / picturesPerSecond);
  context.bitRate = BigInt(nominal);
  context.rcMaxRate = BigInt(nominal);
  context.rcBufferSize = Math.round(bitsPerSecond * bufferSeconds);
}

function unusable({ width, height, framesPerSecond }: VideoFormat, options?: ErrorOptions): StreamerError {
  const message = `H.264 can't carry ${width}x${height} at ${framesPerSecond}; choose another --width, --height or --fps`;
  return new StreamerError('bad-format', message, options);
}
