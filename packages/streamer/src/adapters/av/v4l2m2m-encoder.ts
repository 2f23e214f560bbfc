/**
 * The H.264 hardware of a Pi before the Pi 5, through FFmpeg's h264_v4l2m2m. Its rate is set when it is opened (see
 * ReopeningEncoder), and its pictures may come one late, so that a keyframe asked for is made twice.
 *
 * Never run on a Pi: written after FFmpeg's v4l2_m2m_enc.c.
 */
import type { VideoFormat } from '@perch/rtp';
import { StreamerError } from '../../domain/streamer-error.ts';
import { LibavEncoder } from './libav-encoder.ts';
import type { PictureEncoder } from './picture-encoder.ts';

/** Rejects with a StreamerError where there is no such hardware, or it does not take the format. */
export async function openV4l2m2m(format: VideoFormat): Promise<PictureEncoder> {
  try {
    return await LibavEncoder.open('h264_v4l2m2m', format, {
      configure: (context) => {
        context.bitRate = BigInt(format.bitsPerSecond);
        return {};
      },
    });
  } catch (cause) {
    const message = 'the H.264 hardware of this machine can not be opened; choose --encoder x264';
    throw cause instanceof StreamerError ? cause : new StreamerError('source-failed', message, { cause });
  }
}
