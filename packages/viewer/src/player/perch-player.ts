import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { browserClock } from '../adapters/browser-clock.ts';
import { browserMedia } from '../adapters/browser-media.ts';
import { watchNetwork } from '../adapters/browser-network.ts';
import { browserSocketOpener, signalingUrl } from '../adapters/browser-socket.ts';
import { Screen } from '../adapters/screen.ts';
import { turnCredentialsOf } from '../adapters/turn-credentials.ts';
import { Player } from '../domain/player.ts';
import type { Media } from '../domain/ports.ts';
import { parseSource } from '../domain/source.ts';
import type { Status } from '../domain/status.ts';
import { describeStatus } from '../text/describe-status.ts';
import { type Text, textFor } from '../text/text.ts';
import { bird } from './bird.ts';
import { installFullscreen } from './fullscreen.ts';
import { playerStyles } from './player-styles.ts';

/**
 * `<perch-player src="https://server/watch/front-door#token=…" autoplay controls>`: live video of one camera. Follows the
 * conventions of `<video>`; owns one Player and its connections, and gives them up when it leaves the page.
 *
 * Attributes, as properties too: `src`, `autoplay` (plays as soon as it has a source), `controls`, `preload` (`none`:
 * nothing is made ahead of `play()`), and `state`, which it sets for style sheets.
 *
 * Events: `play`, `playing`, `waiting`, `pause`, `error`, `resize` as of `<video>`, and `statuschange` whose `detail` is the
 * new Status. They do not bubble.
 *
 * CSS parts: `frame`, `video`, `status`, `play`. Slot: `poster`.
 */
export class PerchPlayer extends LitElement {
  static override readonly styles = playerStyles;
  static override readonly properties = {
    src: { reflect: true },
    autoplay: { type: Boolean, reflect: true },
    controls: { type: Boolean, reflect: true },
    preload: { reflect: true },
    status: { state: true },
  };

  declare src: string;
  declare autoplay: boolean;
  declare controls: boolean;
  declare preload: 'auto' | 'none';
  /** What the person is told: see Status. Read only; `statuschange` tells of each new one. */
  declare status: Status;

  #screen: Screen | undefined;
  #media: Media | undefined;
  #player: Player | undefined;
  /** The server that `#player` talks to. */
  #server: string | undefined;
  #onPage = new AbortController();

  constructor() {
    super();
    this.src = '';
    this.autoplay = false;
    this.controls = false;
    this.preload = 'auto';
    this.status = { state: 'idle' };
  }

  /** The video element inside: for canvas, picture-in-picture and measuring. Its stream changes; do not keep it. */
  get videoElement(): HTMLVideoElement | null {
    return this.renderRoot.querySelector('video');
  }

  get videoWidth(): number {
    return this.videoElement?.videoWidth ?? 0;
  }

  get videoHeight(): number {
    return this.videoElement?.videoHeight ?? 0;
  }

  get paused(): boolean {
    return this.status.state === 'idle' || this.status.state === 'ended';
  }

  /** Connects, in place of what was watched before. What becomes of it is told by events. */
  play(): void {
    if (!this.hasUpdated) {
      // There is nothing to show it on: at the latest when it is put into the page there is.
      void this.updateComplete.then(() => this.play());
      return;
    }
    const source = parseSource(this.src, document.baseURI);
    if (source === undefined) {
      this.#player?.disconnect();
      this.#report({ state: 'ended', why: 'bad-source' });
      return;
    }
    const player = this.#playerFor(source.server);
    this.dispatchEvent(new Event('play'));
    player.connect(source.streamId, source.token);
  }

  /** Ends the connection. */
  pause(): void {
    this.#player?.disconnect();
    this.dispatchEvent(new Event('pause'));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#onPage = new AbortController();
    const { signal } = this.#onPage;
    document.addEventListener('visibilitychange', () => this.#player?.handleVisible(!document.hidden), {
      signal,
    });
    watchNetwork(() => this.#player?.handleNetworkChange(), signal);
    // Back on a page after it was taken off one.
    if (this.hasUpdated && this.autoplay) this.play();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#onPage.abort();
    this.#player?.disconnect();
  }

  protected override firstUpdated(): void {
    if (this.preload !== 'none') this.#openMedia();
    const video = this.#find('video', HTMLVideoElement);
    const button = this.#find('#fullscreenBtn', HTMLButtonElement);
    installFullscreen({ host: this, video, button }, this.#text.player);
    video.addEventListener('resize', () => this.#handleSize(video));
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('src') || this.src === '') return;
    if (this.autoplay || !this.paused) this.play();
  }

  protected override render() {
    const { player } = this.#text;
    const { state } = this.status;
    return html`
      <div id="frame" class="frame" part="frame" data-picture="none" data-state=${state}>
        <slot name="poster" class="poster">${bird}</slot>
        <video id="video" part="video" aria-label=${player.camera} autoplay muted playsinline disableremoteplayback></video>
        <canvas id="still" class="still" width="0" height="0" aria-hidden="true"></canvas>
        <p id="status" class="status" part="status" role="status" aria-live="polite" data-state=${state}
          data-step=${this.status.state === 'connecting' ? this.status.step : nothing}>${describeStatus(this.status, this.#text)}</p>
        <button id="playBtn" class="play" part="play" type="button" aria-label=${player.play} ?hidden=${!this.#needsTap}
          @click=${this.#handleTap}>
          <svg viewBox="0 0 24 24" width="40" height="40" aria-hidden="true"><path d="M8 5.5v13l10.5-6.5z" /></svg>
        </button>
        <button id="fullscreenBtn" class="corner" type="button" ?hidden=${!this.controls}>
          <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" /></svg>
        </button>
      </div>
    `;
  }

  get #text(): Text {
    const language = this.closest<HTMLElement>('[lang]')?.lang;
    return textFor(language ? [language, ...navigator.languages] : navigator.languages);
  }

  /** Nothing plays until the person says so, or the browser wants a touch first. */
  get #needsTap(): boolean {
    const { status } = this;
    return (
      (status.state === 'idle' && this.src !== '') || (status.state === 'connecting' && status.step === 'tap')
    );
  }

  #handleTap(): void {
    if (this.status.state === 'idle') this.play();
    else this.#screen?.playByHand();
  }

  #handleSize({ videoWidth, videoHeight }: HTMLVideoElement): void {
    if (videoWidth > 0 && videoHeight > 0)
      this.style.setProperty('--ratio', `${videoWidth} / ${videoHeight}`);
    this.dispatchEvent(new Event('resize'));
  }

  #find<T extends Element>(selector: string, kind: new () => T): T {
    const element = this.renderRoot.querySelector(selector);
    if (element instanceof kind) return element;
    throw new TypeError(`perch-player has no ${selector}`);
  }

  #openMedia(): Media {
    if (this.#media !== undefined) return this.#media;
    this.#screen = new Screen({
      frame: this.#find('#frame', HTMLElement),
      video: this.#find('video', HTMLVideoElement),
      still: this.#find('canvas', HTMLCanvasElement),
    });
    this.#media = browserMedia(this.#screen);
    return this.#media;
  }

  #playerFor(server: string): Player {
    if (this.#player !== undefined && this.#server === server) return this.#player;
    this.#player?.disconnect();
    this.#server = server;
    this.#player = new Player(
      {
        clock: browserClock,
        random: Math.random,
        openSocket: browserSocketOpener(signalingUrl(server)),
        media: this.#openMedia(),
        fetchIceServers: turnCredentialsOf(server),
      },
      { visible: !document.hidden, onStatus: (status) => this.#report(status) },
    );
    return this.#player;
  }

  #report(status: Status): void {
    const before = this.status;
    this.status = status;
    this.setAttribute('state', status.state);
    if (status.state === 'live' && before.state !== 'live') this.dispatchEvent(new Event('playing'));
    if (status.state !== 'live' && before.state === 'live') this.dispatchEvent(new Event('waiting'));
    if (status.state === 'ended') this.dispatchEvent(new Event('error'));
    this.dispatchEvent(new CustomEvent<Status>('statuschange', { detail: status }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'perch-player': PerchPlayer;
  }
}
