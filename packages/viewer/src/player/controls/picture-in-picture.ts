import type { ReactiveController } from 'lit';
import type { PlayerHost } from '../host.ts';

/** Safari had this long before the standard, and on phones has it alone. */
interface SafariVideo extends HTMLVideoElement {
  readonly webkitPresentationMode?: string;
  webkitSupportsPresentationMode?(mode: string): boolean;
  webkitSetPresentationMode?(mode: string): void;
}

/** The video in a small window above all others (W3C Picture-in-Picture, or Safari's presentation mode). */
export class PictureInPicture implements ReactiveController {
  readonly #host: PlayerHost;
  #isWatched = false;

  constructor(host: PlayerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostUpdated(): void {
    const video = this.#video;
    if (this.#isWatched || video === null) return;
    this.#isWatched = true;
    for (const type of ['enterpictureinpicture', 'leavepictureinpicture', 'webkitpresentationmodechanged']) {
      video.addEventListener(type, () => this.#host.requestUpdate());
    }
  }

  get #video(): SafariVideo | null {
    return this.#host.videoElement;
  }

  /** False in Firefox, which has a button of its own on every video. */
  get isSupported(): boolean {
    return (
      document.pictureInPictureEnabled === true ||
      this.#video?.webkitSupportsPresentationMode?.('picture-in-picture') === true
    );
  }

  get isActive(): boolean {
    const video = this.#video;
    if (video === null) return false;
    // In a shadow tree `document.pictureInPictureElement` is the host, or a host around it.
    const root = video.getRootNode();
    if ('pictureInPictureElement' in root && root.pictureInPictureElement === video) return true;
    return video.webkitPresentationMode === 'picture-in-picture';
  }

  toggle(): void {
    const video = this.#video;
    // There is no window without a size.
    if (video === null || video.videoWidth === 0) return;
    if (document.pictureInPictureEnabled) {
      const done = this.isActive ? document.exitPictureInPicture() : video.requestPictureInPicture();
      Promise.resolve(done).catch(() => undefined);
      return;
    }
    video.webkitSetPresentationMode?.(this.isActive ? 'inline' : 'picture-in-picture');
  }
}
