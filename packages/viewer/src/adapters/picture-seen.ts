import { isInPictureInPicture, PICTURE_IN_PICTURE_EVENTS } from './picture-in-picture.ts';

/**
 * Calls back, at first at once, with whether the person can see the picture of the video in `root`: its page is seen, or it
 * is in picture-in-picture. In a hidden page that counts from the first frame that is told there: a picture of a browser
 * that tells of none would look frozen for ever.
 */
export function watchSeen(root: ParentNode, onChange: (seen: boolean) => void, signal: AbortSignal): void {
  let seen: boolean | undefined;
  const report = (now: boolean) => {
    if (now === seen || signal.aborted) return;
    seen = now;
    onChange(now);
  };
  const look = () => {
    report(!document.hidden);
    const video = root.querySelector('video');
    if (video === null || !('requestVideoFrameCallback' in video)) return;
    const isAbove = () => document.hidden && isInPictureInPicture(video);
    if (isAbove()) video.requestVideoFrameCallback(() => isAbove() && report(true));
  };
  document.addEventListener('visibilitychange', look, { signal });
  // They do not leave the element.
  for (const type of PICTURE_IN_PICTURE_EVENTS) root.addEventListener(type, look, { signal, capture: true });
  look();
}
