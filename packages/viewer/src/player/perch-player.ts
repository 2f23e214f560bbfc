import { html, nothing, type PropertyValues } from 'lit';
import { saveFile } from '../adapters/save-file.ts';
import { fileName } from '../domain/file-name.ts';
import { linkToCheck } from '../domain/source.ts';
import type { StreamStats } from '../domain/stream-stats.ts';
import { describeStatus, describeTry } from '../text/describe-status.ts';
import { bird } from './bird.ts';
import { type Command, commandOfKey, isForElement } from './commands.ts';
import { controlBar, recordingLabel } from './control-bar.ts';
import { ControlsFade } from './controls-fade.ts';
import { Fullscreen } from './fullscreen.ts';
import { icons } from './icons.ts';
import { LiveElement } from './live-element.ts';
import { pictureOf, toPng } from './picture.ts';
import { PictureInPicture } from './picture-in-picture.ts';
import { playerStyles } from './player-styles.ts';
import { Recording } from './recording.ts';
import { ScreenWakeLock } from './screen-wake-lock.ts';
import { PlayerStats } from './stats/player-stats.ts';
import { watchTaps } from './taps.ts';
import { Zooming } from './zooming.ts';

/**
 * `<perch-player src="https://server/watch/front-door#token=…" autoplay controls>`: live video of one camera. Follows the
 * conventions of `<video>`; owns its connections, and gives them up when it leaves the page.
 *
 * Attributes, as properties too: `src`, `autoplay` (plays as soon as it has a source), `controls`, `home` (where the link to
 * all cameras leads; there is none unless it is set), `preload` (`none`: nothing is made ahead of `play()`), `stats` (the
 * drawer is open; property `statsOpen`), and `state`, which it sets for style sheets.
 *
 * Read only: `status`, `paused`, `ended` (nobody tries any more), `error` (why), `videoWidth`, `videoHeight`,
 * `videoElement`, `isRecording`.
 *
 * Methods: `play()`, `pause()`, `snapshot()`, `startRecording()`, `stopRecording()`, `toggleFullscreen()`, `resetZoom()`,
 * `handleKey()`, `stats()`.
 *
 * Events: `play`, `playing`, `waiting`, `pause`, `error`, `resize` as of `<video>`; `statuschange`, whose `detail` is the new
 * Status; `recordstart`; `recordend`, whose `detail` is the File, and which is saved unless cancelled. They do not bubble.
 *
 * Keys, where the focus is in it: Space or K, S, R, P, F, I, 0, + and -, arrows, Escape.
 *
 * CSS parts: `frame`, `video`, `status`, `play`, `controls`, `control`, `NAME-control`, `recording`, `check-link`, `badge`,
 * `stats`. Slot: `poster`. Custom properties: `--perch-ground`, `--perch-text`, `--perch-accent`, `--perch-focus`.
 */
export class PerchPlayer extends LiveElement {
  static override readonly styles = playerStyles;
  static override readonly properties = {
    controls: { type: Boolean, reflect: true },
    home: { type: String },
    statsOpen: { type: Boolean, reflect: true, attribute: 'stats' },
  };

  declare controls: boolean;
  declare home: string | undefined;
  declare statsOpen: boolean;

  readonly #fullscreen = new Fullscreen(this);
  readonly #pictureInPicture = new PictureInPicture(this);
  readonly #zooming = new Zooming(this);
  readonly #recording = new Recording(this, () => this.#camera);
  readonly #stats = new PlayerStats(this, () => this.counters());
  #hadFocus = false;
  readonly #fade = new ControlsFade(this, () => this.statsOpen);

  constructor() {
    super();
    new ScreenWakeLock(this);
    this.controls = false;
    this.home = undefined;
    this.statsOpen = false;
    this.addEventListener('keydown', (event) => this.handleKey(event));
  }

  get isRecording(): boolean {
    return this.#recording.progress !== undefined;
  }

  /** A PNG of what is seen, at the camera's size, zoomed or not. Rejects with `InvalidStateError` where nothing is. */
  async snapshot(): Promise<Blob> {
    const picture = pictureOf(this.renderRoot.querySelector('#frame'));
    if (picture === undefined) throw new DOMException('There is no picture.', 'InvalidStateError');
    return await toPng(picture);
  }

  /** False where there is no picture yet, or the browser can't record. */
  startRecording(): boolean {
    return this.#recording.start();
  }

  /** Saves the file, and resolves with it; undefined where nothing was recorded. */
  stopRecording(): Promise<File | undefined> {
    return this.#recording.stop();
  }

  /** Only within the handler of a click or a key, as browsers want it. */
  toggleFullscreen(): void {
    this.#fullscreen.toggle();
  }

  resetZoom(): void {
    this.#zooming.reset();
  }

  /** How the stream does now, with rates since it was last looked at; undefined while there is no connection. */
  stats(): Promise<StreamStats | undefined> {
    return this.#stats.look();
  }

  /** Does what a key means. For pages that are about one player, and hand it keys that were pressed elsewhere. */
  handleKey(event: KeyboardEvent): void {
    if (!this.controls || event.defaultPrevented || isForElement(event)) return;
    const command = commandOfKey(event);
    if (command === undefined || !this.#run(command)) return;
    event.preventDefault();
    this.#fade.show();
  }

  protected override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    const frame = this.renderRoot.querySelector<HTMLElement>('#frame');
    const video = this.videoElement;
    if (frame === null || video === null) return;
    this.#zooming.attach(frame, video);
    watchTaps(video, {
      onTap: (pointerType) => this.#fade.handleTap(pointerType),
      onDoubleTap: () => this.controls && this.#fullscreen.toggle(),
    });
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.#hadFocus = Boolean(this.shadowRoot?.activeElement);
  }

  protected override updated(): void {
    // The button that had the focus may be gone: play and pause are not always the same one.
    const focused = this.shadowRoot?.activeElement;
    if (!this.#hadFocus || (focused instanceof HTMLElement && !focused.hidden)) return;
    this.renderRoot.querySelector<HTMLElement>('#playBtn:not([hidden]), .bar .control')?.focus();
  }

  protected override render() {
    const { status } = this;
    const text = this.text;
    return html`
      <div id="frame" class="frame" part="frame" data-picture="none" data-state=${status.state}
        data-says=${status.state === 'live' && !status.serverLost ? 'word' : 'sentence'}
        data-controls=${this.controls && !this.#fade.areShown ? 'hidden' : 'shown'}>
        <slot name="poster" class="poster">${bird}</slot>
        <video id="video" part="video" aria-label=${text.player.cameraNamed(this.#camera)} autoplay muted playsinline
          disableremoteplayback></video>
        <canvas id="still" class="still" width="0" height="0" aria-hidden="true"></canvas>
        ${this.home === undefined ? nothing : this.#homeLink(this.home)}
        <div class="say">
          <p id="status" class="status" part="status" role="status" aria-live="polite" data-state=${status.state}
            data-step=${status.state === 'connecting' ? status.step : nothing}>${describeStatus(status, text)}
            <span class="try" aria-hidden="true">${describeTry(status, text)}</span></p>
          ${this.controls ? this.#checkLink() : nothing}
        </div>
        <button id="playBtn" class="play" part="play" type="button" aria-label=${text.player.play} ?hidden=${!this.#needsTap}
          @click=${this.#handleTap}>${icons.play}</button>
        ${this.controls && (status.state !== 'idle' || this.#hasPicture) ? this.#controlBar() : nothing}
        ${this.#stats.badge(text)}
        ${this.#stats.drawer(text)}
      </div>
    `;
  }

  #controlBar() {
    const view = {
      text: this.text,
      isPaused: this.paused,
      hasPicture: this.#hasPicture,
      isStatsOpen: this.statsOpen,
      recording: this.#recording.progress,
      canRecord: this.#recording.isSupported,
      pictureInPicture: this.#pictureInPicture,
      fullscreen: this.#fullscreen,
      scale: this.#zooming.scale,
    };
    return [recordingLabel(view), controlBar(view, (command) => this.#run(command))];
  }

  #homeLink(href: string) {
    const label = this.text.player.allCameras;
    return html`<div class="corner chrome"><a class="control" part="home" href=${href} aria-label=${label}
      title=${label}>${icons.home}</a></div>`;
  }

  /** On a page of another server it opens beside: that page is not ours to leave. */
  #checkLink() {
    const { source, status } = this;
    if (source === undefined || (status.state !== 'reconnecting' && status.state !== 'ended')) return nothing;
    const isOurs = source.server === location.origin;
    return html`<a class="check-link" part="check-link" href=${linkToCheck(source)}
      target=${isOurs ? nothing : '_blank'} rel="noopener">${this.text.player.whyNot}</a>`;
  }

  /** A moving one, or the last frame of one. */
  get #hasPicture(): boolean {
    return pictureOf(this.renderRoot.querySelector('#frame')) !== undefined;
  }

  get #camera(): string {
    return this.source?.streamId ?? '';
  }

  /** Nothing plays until the person says so, or the browser wants a touch first. */
  get #needsTap(): boolean {
    const { status } = this;
    return (
      (status.state === 'idle' && this.src !== '') || (status.state === 'connecting' && status.step === 'tap')
    );
  }

  #handleTap(): void {
    if (this.status.state === 'idle') void this.play();
    else this.playByHand();
  }

  /** False where there was nothing to do: the key is the page's then. */
  #run(command: Command): boolean {
    switch (command) {
      case 'play':
        if (this.#needsTap) this.#handleTap();
        else if (this.paused) void this.play();
        else this.pause();
        return true;
      case 'snapshot':
        void this.#saveSnapshot();
        return true;
      case 'record':
        if (this.isRecording) void this.stopRecording();
        else this.startRecording();
        return true;
      case 'picture-in-picture':
        this.#pictureInPicture.toggle();
        return true;
      case 'fullscreen':
        this.#fullscreen.toggle();
        return true;
      case 'stats':
        this.statsOpen = !this.statsOpen;
        return true;
      case 'close':
        if (!this.statsOpen) return false;
        this.statsOpen = false;
        return true;
      default:
        return this.#zooming.handleCommand(command);
    }
  }

  async #saveSnapshot(): Promise<void> {
    const at = new Date();
    const blob = await this.snapshot().catch(() => undefined);
    if (blob !== undefined)
      saveFile(new File([blob], fileName(this.#camera, at, 'png'), { type: blob.type }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'perch-player': PerchPlayer;
  }
}
