import { adoptStyles, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { SessionLog } from '../domain/session-log.ts';
import { linkToCheck } from '../domain/source.ts';
import { hasEnded } from '../domain/status.ts';
import type { StreamStats } from '../domain/stream-stats.ts';
import { describeStatus, describeTry } from '../text/describe-status.ts';
import type { Text } from '../text/text.ts';
import { bird } from './bird.ts';
import { type Command, commandOfKey, isForElement } from './commands.ts';
import type { PlayerControls } from './controls/player-controls.ts';
import { icons } from './icons.ts';
import { LiveElement } from './live-element.ts';
import { pictureOf, toPng } from './picture.ts';
import { playerStyles } from './player-styles.ts';

/** A picture that takes longer than this may wait for what a person can do meanwhile. */
const SLOW_MS = 1_500;

/**
 * `<perch-player src="https://server/watch/front-door#token=…" autoplay controls>`: live video of one camera. Follows the
 * conventions of `<video>`; owns its connections, and gives them up when it leaves the page. What it takes and tells, and
 * how a page styles it, is in the package's README.md, which a test holds to the code.
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

  readonly #session = new SessionLog(() => performance.now());
  #controls: PlayerControls | undefined;
  #loading: Promise<PlayerControls> | undefined;
  #hadFocus = false;

  constructor() {
    super();
    this.controls = false;
    this.home = undefined;
    this.statsOpen = false;
    this.addEventListener('keydown', (event) => this.handleKey(event));
    this.addEventListener('statuschange', () => this.#session.handleStatus(this.status));
    this.addEventListener('play', () => {
      this.#session.start();
      setTimeout(() => void this.#ensureControls(), SLOW_MS);
    });
  }

  get isRecording(): boolean {
    return this.#controls?.recording.progress !== undefined;
  }

  /** A PNG of what is seen, at the camera's size, zoomed or not. Rejects with `InvalidStateError` where nothing is. */
  async snapshot(): Promise<Blob> {
    const picture = pictureOf(this.renderRoot.querySelector('#frame'));
    if (picture === undefined) throw new DOMException('There is no picture.', 'InvalidStateError');
    return await toPng(picture);
  }

  /** Resolves with false where there is no picture yet, or the browser can't record. */
  async startRecording(): Promise<boolean> {
    return (await (await this.#ensureControls())?.recording.start()) ?? false;
  }

  /** Saves the file, and resolves with it; undefined where nothing was recorded. */
  async stopRecording(): Promise<File | undefined> {
    return await this.#controls?.recording.stop();
  }

  /** Only within the handler of a click or a key, as browsers want it. */
  toggleFullscreen(): void {
    this.#run('fullscreen');
  }

  resetZoom(): void {
    this.#controls?.zooming.reset();
  }

  /** How the stream does now, with rates since it was last looked at; undefined while there is no connection. */
  async stats(): Promise<StreamStats | undefined> {
    return await (await this.#ensureControls())?.stats.look();
  }

  /** Does what a key means. For pages that are about one player, and hand it keys that were pressed elsewhere. */
  handleKey(event: KeyboardEvent): void {
    if (!this.controls || event.defaultPrevented || isForElement(event)) return;
    const command = commandOfKey(event);
    if (command === undefined || !this.#run(command)) return;
    event.preventDefault();
    this.#controls?.show();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.#hadFocus = Boolean(this.shadowRoot?.activeElement);
  }

  protected override updated(): void {
    const { status } = this;
    // On the way to a picture nothing else is to get in between.
    if (status.state !== 'connecting' || status.step === 'tap') void this.#ensureControls();
    // The button that had the focus may be gone: play and pause are not always the same one.
    const focused = this.shadowRoot?.activeElement;
    if (!this.#hadFocus || (focused instanceof HTMLElement && !focused.hidden)) return;
    this.renderRoot.querySelector<HTMLElement>('#playBtn:not([hidden]), .bar .control')?.focus();
  }

  protected override render(): TemplateResult {
    const { status } = this;
    const text = this.text;
    return html`
      <div id="frame" class="frame" part="frame" data-picture="none" data-state=${status.state}
        data-says=${status.state === 'live' && !status.serverLost ? 'word' : 'sentence'}
        data-controls=${this.controls && this.#controls?.areShown === false ? 'hidden' : 'shown'}>
        <slot name="poster" class="poster">${bird}</slot>
        <video id="video" part="video" aria-label=${text.player.cameraNamed(this.#camera)} autoplay muted playsinline
          disableremoteplayback></video>
        <canvas id="still" class="still" width="0" height="0" aria-hidden="true"></canvas>
        ${this.home ? this.#controls?.homeLink(this.home, text) : nothing}
        <div class="say">
          <p id="status" class="status" part="status" role="status" aria-live="polite" data-state=${status.state}
            data-step=${status.state === 'connecting' ? status.step : nothing}>${this.#sentence(text)}
            <span class="try" aria-hidden="true">${describeTry(status, text)}</span></p>
          ${this.controls ? this.#checkLink() : nothing}
        </div>
        <button id="playBtn" class="play" part="play" type="button" aria-label=${text.player.play} ?hidden=${!this.#needsTap}
          @click=${this.#handleTap}>${icons.play}</button>
        ${this.controls && (status.state !== 'idle' || this.#hasPicture) ? this.#controls?.bar(text) : nothing}
        ${this.#controls?.stats.badge(text)}
        ${this.#controls?.stats.drawer(text)}
      </div>
    `;
  }

  /** Over the last frame of a picture, idle is paused. */
  #sentence(text: Text): string {
    const isPaused = this.status.state === 'idle' && this.#hasPicture;
    return isPaused ? text.status.paused : describeStatus(this.status, text);
  }

  /** On a page of another server it opens beside: that page is not ours to leave. */
  #checkLink() {
    const { source, status } = this;
    if (source === undefined || (status.state !== 'reconnecting' && !hasEnded(status))) return nothing;
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
    if (command === 'play') {
      if (this.#needsTap) this.#handleTap();
      else if (this.paused) void this.play();
      else this.pause();
      return true;
    }
    if (this.#controls !== undefined) return this.#controls.run(command);
    void this.#ensureControls().then((controls) => controls?.run(command));
    return true;
  }

  /** Undefined where they can't be loaded: the next who asks tries again. */
  async #ensureControls(): Promise<PlayerControls | undefined> {
    this.#loading ??= this.#loadControls();
    try {
      return await this.#loading;
    } catch {
      this.#loading = undefined;
      return undefined;
    }
  }

  async #loadControls(): Promise<PlayerControls> {
    const { PlayerControls } = await import('./controls/player-controls.ts');
    await this.updateComplete;
    if (this.renderRoot instanceof ShadowRoot) {
      adoptStyles(this.renderRoot, [...PerchPlayer.elementStyles, ...PlayerControls.styles]);
    }
    this.#controls = new PlayerControls(this, {
      session: this.#session,
      counters: () => this.counters(),
      camera: () => this.#camera,
      run: (command) => this.#run(command),
    });
    this.requestUpdate();
    return this.#controls;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'perch-player': PerchPlayer;
  }
}
