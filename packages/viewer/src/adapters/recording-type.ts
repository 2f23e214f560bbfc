/** The first that the browser can write. H.264 in MP4 plays on phones and in every program; Firefox has WebM alone. */
const TYPES = ['video/mp4;codecs=avc1', 'video/mp4', 'video/webm;codecs=vp8', 'video/webm'];

/** What a recording would be written as; undefined where the browser can't record. */
export function recordingType(): string | undefined {
  if (typeof MediaRecorder !== 'function' || !('captureStream' in HTMLCanvasElement.prototype))
    return undefined;
  return TYPES.find((type) => MediaRecorder.isTypeSupported(type));
}
