/** Raw pictures of a camera whose video can't be passed on as it is: decoded, turned, fitted, the newest at any time. */
import { oneLine } from '@perch/protocol';
import type { VideoFormat } from '@perch/rtp';
import type { Frame } from 'node-av/lib';
import type { Orientation } from './fit-filters.ts';
import { NewestPicture } from './newest-picture.ts';
import { PictureDecoder } from './picture-decoder.ts';
import { PictureFitter } from './picture-fitter.ts';
import type { RawPictures } from './raw-picture.ts';
import type { VideoInput } from './video-input.ts';

/** A picture that comes so early is one too many; a camera's clock is not ours, and wavers. */
const EARLY = 0.6;

/** The input is closed when the pictures are no longer wanted. */
export function decodedPictures(
  input: VideoInput,
  format: VideoFormat,
  orientation: Orientation,
): RawPictures {
  return async function* (signal) {
    const decoder = await PictureDecoder.openFor(input.parameters, input.parameters.videoDelay === 0);
    const fitter = new PictureFitter(format, orientation);
    const newest = new NewestPicture();
    const everyMs = 1000 / format.framesPerSecond;
    let lastMs = Number.NEGATIVE_INFINITY;
    const keep = async (frame: Frame): Promise<void> => {
      const nowMs = performance.now();
      if (nowMs - lastMs < everyMs * EARLY) return;
      lastMs = nowMs;
      newest.put(await fitter.fit(frame), nowMs);
    };
    const reading = input
      .read((packet) => decoder.decode(packet, keep))
      .catch((error: unknown) => oneLine(error))
      .then((reason) => newest.end(reason));
    try {
      yield* newest.each(signal);
    } finally {
      await input.close();
      await reading;
      decoder.free();
      fitter.free();
      newest.free();
    }
  };
}
