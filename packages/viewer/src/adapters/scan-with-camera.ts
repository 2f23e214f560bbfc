import { readQr } from './qr-reader.ts';

/** Quick enough for the hand, and leaves an old phone time to draw. */
const LOOK_EVERY_MS = 200;

/**
 * Shows this device's camera in `video` until a QR code is read, and resolves with its text; undefined when `signal` ended
 * it. Rejects where there is no camera, or the person does not allow it. Gives the camera back in any case.
 */
export async function scanWithCamera(
  video: HTMLVideoElement,
  signal: AbortSignal,
): Promise<string | undefined> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  try {
    video.srcObject = stream;
    await video.play();
    while (!signal.aborted) {
      const content = await readQr(video);
      if (content !== undefined) return content;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return undefined;
  } finally {
    video.srcObject = null;
    for (const track of stream.getTracks()) track.stop();
  }
}
