/**
 * A USB camera, by Video4Linux. Asked for H.264 first, which a camera that has it codes better than a Pi would; then
 * for JPEG, because USB 2 has no room for raw pictures above 640x480 at 30/s; then for what it likes.
 *
 * Never run with a camera: the address and the decoding were, with another device of FFmpeg's in its place.
 */
import type { VideoFormat } from '@perch/rtp';
import { StreamerError } from '../../domain/streamer-error.ts';
import { type InputAddress, VideoInput } from './video-input.ts';

/** A device answers at once or is in use. */
const OPEN_WITHIN_MS = 5_000;

const PREFERENCES = [{ input_format: 'h264' }, { input_format: 'mjpeg' }, {}] as const;

/** The ways to ask for it, best first. */
export function v4l2Addresses(path: string, format: VideoFormat): InputAddress[] {
  const options = {
    video_size: `${format.width}x${format.height}`,
    framerate: String(format.framesPerSecond),
  };
  return PREFERENCES.map((preference) => ({
    url: path,
    format: 'v4l2',
    options: { ...options, ...preference },
    polled: true,
    name: path,
    remedy: '"perch stream --list" shows the cameras',
  }));
}

export async function openV4l2(path: string, format: VideoFormat): Promise<VideoInput> {
  return await openFirst(v4l2Addresses(path, format));
}

/** Rejects with what the last one failed with. */
export async function openFirst(addresses: readonly InputAddress[]): Promise<VideoInput> {
  let failure: unknown = new StreamerError('source-failed', 'there is nothing to open');
  for (const address of addresses) {
    try {
      return await VideoInput.open(address, OPEN_WITHIN_MS);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
