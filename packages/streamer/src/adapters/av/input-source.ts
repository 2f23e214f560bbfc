/**
 * A video source on an opened input: H.264 that a browser can show in the order it comes is passed on as it is;
 * anything else is decoded and encoded again. The choice is the owner's where it was made.
 */
import { AV_CODEC_ID_H264 } from 'node-av/constants';
import type { Logger } from 'pino';
import type { Clock } from '../../domain/clock.ts';
import { StreamerError } from '../../domain/streamer-error.ts';
import type { VideoSource, VideoSourceEvents } from '../../domain/video-source.ts';
import { isUpright, type SourceOptions } from '../source-options.ts';
import { copiedSource } from './copied-source.ts';
import { decodedPictures } from './decoded-pictures.ts';
import { EncodedSource } from './encoded-source.ts';
import { openEncoderNamed } from './open-encoder.ts';
import { openRtsp } from './rtsp-input.ts';
import { openV4l2 } from './v4l2-input.ts';
import type { VideoInput } from './video-input.ts';

export async function openInputSource(
  input: VideoInput,
  options: SourceOptions,
  components: { readonly clock: Clock; readonly log: Logger },
  events: VideoSourceEvents,
): Promise<VideoSource> {
  const { format, encoder, camera } = options;
  const obstacle = obstacleToCopying(input, options);
  const copies = encoder === 'copy' || (encoder === 'auto' && obstacle === undefined);
  try {
    if (copies && obstacle !== undefined) {
      throw new StreamerError('source-failed', `--encoder copy can't be: ${obstacle}; choose --encoder x264`);
    }
    const because = obstacle ?? (copies ? 'the camera sends H.264' : `--encoder ${encoder}`);
    components.log.info({ encoder: copies ? 'copy' : encoder, because }, 'encoder chosen');
    if (copies) return copiedSource(input, format, components, events);
    const openPictures = () => decodedPictures(input, format, camera);
    const openEncoder = openEncoderNamed(encoder, components.clock);
    const { silentAfterMs } = input.address;
    return await EncodedSource.open(
      { format, openPictures, openEncoder, silentAfterMs, ...components },
      events,
    );
  } catch (error) {
    await input.close();
    throw error;
  }
}

/** Why this stream can't be passed on as it is, if it can't. */
function obstacleToCopying({ parameters }: VideoInput, { camera }: SourceOptions): string | undefined {
  if (parameters.codecId !== AV_CODEC_ID_H264) return 'the camera sends no H.264';
  if (parameters.videoDelay > 0) return "the camera's H.264 has B-frames, which come too late to be live";
  if (!isUpright(camera)) return 'the picture is to be turned or mirrored';
  return undefined;
}

/** Opens what `--source` names and makes a source of it; each time anew. */
export async function openCamera(
  kind: 'v4l2' | 'rtsp' | 'rtsps',
  url: string,
  device: string,
  options: SourceOptions,
  components: { readonly clock: Clock; readonly log: Logger },
  events: VideoSourceEvents,
): Promise<VideoSource> {
  const input = kind === 'v4l2' ? await openV4l2(device, options.format) : await openRtsp(url);
  return await openInputSource(input, options, components, events);
}
