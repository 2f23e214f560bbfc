/**
 * The H.264 hardware of a Pi before the Pi 5, through FFmpeg's h264_v4l2m2m. Its rate is set when it is opened, and
 * its pictures may come one late, so that a keyframe asked for is made twice.
 *
 * Never run on a Pi: written after FFmpeg's v4l2_m2m_enc.c.
 */
import type { AccessUnit, VideoFormat } from '@perch/rtp';
import type { Frame } from 'node-av/lib';
import { StreamerError } from '../../domain/streamer-error.ts';
import { LibavEncoder } from './libav-encoder.ts';
import type { PictureEncoder } from './picture-encoder.ts';

export class V4l2m2mEncoder implements PictureEncoder {
  readonly #encoder: LibavEncoder;

  static async open(format: VideoFormat): Promise<V4l2m2mEncoder> {
    try {
      const encoder = await LibavEncoder.open('h264_v4l2m2m', format, (context) => {
        context.bitRate = BigInt(format.bitsPerSecond);
        return {};
      });
      return new V4l2m2mEncoder(encoder);
    } catch (cause) {
      const message = 'the H.264 hardware of this machine can not be opened; choose --encoder x264';
      throw cause instanceof StreamerError ? cause : new StreamerError('source-failed', message, { cause });
    }
  }

  private constructor(encoder: LibavEncoder) {
    this.#encoder = encoder;
  }

  /** See ReopeningEncoder. */
  setRate(): void {
    // Nothing that is open can change.
  }

  encode(frame: Frame, pts: bigint, keyframe: boolean): Promise<AccessUnit | undefined> {
    return this.#encoder.encode(frame, pts, keyframe);
  }

  close(): Promise<void> {
    return this.#encoder.close();
  }
}
