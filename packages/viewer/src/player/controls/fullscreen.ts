import type { ReactiveController } from 'lit';
import type { PlayerHost } from '../host.ts';

/** iOS phones have fullscreen for videos only, under an old name. */
interface IosVideo extends HTMLVideoElement {
  webkitEnterFullscreen?(): void;
}

/** The player on the whole screen; on iOS phones the video alone, in the player of the system. */
export class Fullscreen implements ReactiveController {
  readonly #host: PlayerHost;
  #listening = new AbortController();

  constructor(host: PlayerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.addEventListener('fullscreenchange', () => this.#host.requestUpdate(), { signal });
  }

  hostDisconnected(): void {
    this.#listening.abort();
  }

  /** False where the browser has none at all, or the page that frames us allows none. */
  get isSupported(): boolean {
    return document.fullscreenEnabled === true || 'webkitEnterFullscreen' in HTMLVideoElement.prototype;
  }

  get isActive(): boolean {
    return this.#host.matches(':fullscreen');
  }

  toggle(): void {
    if (document.fullscreenEnabled) {
      const done = this.isActive ? document.exitFullscreen() : this.#host.requestFullscreen();
      done.catch(() => undefined);
      return;
    }
    const video: IosVideo | null = this.#host.videoElement;
    // It throws as long as there is no video.
    if (video !== null && video.readyState > 0) video.webkitEnterFullscreen?.();
  }
}
