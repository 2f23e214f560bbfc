import type { ReactiveController } from 'lit';
import {
  isInPictureInPicture,
  PICTURE_IN_PICTURE_EVENTS,
  type SafariVideo,
} from '../../adapters/picture-in-picture.ts';
import type { PlayerHost } from '../host.ts';

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
    for (const type of PICTURE_IN_PICTURE_EVENTS) {
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
    return video !== null && isInPictureInPicture(video);
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
