/** Safari had this long before the standard, and on phones has it alone. */
export interface SafariVideo extends HTMLVideoElement {
  readonly webkitPresentationMode?: string;
  webkitSupportsPresentationMode?(mode: string): boolean;
  webkitSetPresentationMode?(mode: string): void;
}

/** After each of them, told of the video, `isInPictureInPicture` may say something else. */
export const PICTURE_IN_PICTURE_EVENTS = [
  'enterpictureinpicture',
  'leavepictureinpicture',
  'webkitpresentationmodechanged',
];

/** Whether the video is in a small window above all others. */
export function isInPictureInPicture(video: SafariVideo): boolean {
  // In a shadow tree `document.pictureInPictureElement` is the host, or a host around it.
  const root = video.getRootNode();
  if ('pictureInPictureElement' in root && root.pictureInPictureElement === video) return true;
  return video.webkitPresentationMode === 'picture-in-picture';
}
