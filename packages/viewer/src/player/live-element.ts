import { LitElement, type PropertyDeclarations, type PropertyValues } from 'lit';
import { watchNetwork, watchResume } from '../adapters/browser-network.ts';
import { watchSeen } from '../adapters/picture-seen.ts';
import { parseSource, type Source } from '../domain/source.ts';
import { type EndReason, hasEnded, isSameStatus, type Status } from '../domain/status.ts';
import { eventsOf, isPaused, type PlaybackEvent } from '../domain/status-events.ts';
import type { StreamCounters } from '../domain/stream-counters.ts';
import { describeStatus } from '../text/describe-status.ts';
import { type Text, textFor } from '../text/text.ts';
import { PlayPromise } from './play-promise.ts';
import { Playback } from './playback.ts';

/**
 * The part of `<perch-player>` that is like a `<video>`: what it plays, whether it plays, and what it tells. Owns its
 * connections, and gives them up when it leaves the page. How it looks, and its controls, are the subclass's: it renders
 * `#frame`, and in it a `video` and the canvas `#still`.
 */
export abstract class LiveElement extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    // An attribute that is taken away is null.
    src: { reflect: true, converter: { fromAttribute: (value) => value ?? '' } },
    autoplay: { type: Boolean, reflect: true },
    preload: { reflect: true },
    status: { state: true },
  };

  declare src: string;
  declare autoplay: boolean;
  declare preload: 'auto' | 'none';
  /** What the person is told: see Status. Read only; `statuschange` tells of each new one. */
  declare status: Status;

  readonly #playing = new PlayPromise();
  #playback: Playback | undefined;
  #onPage = new AbortController();
  /** The `src` that is or was played last, unless it was taken away since. */
  #played = '';

  constructor() {
    super();
    this.src = '';
    this.autoplay = false;
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
    return isPaused(this.status);
  }

  /** Somebody put an end to what was watched. */
  get ended(): boolean {
    return this.status.state === 'ended';
  }

  /** Why it ended, or can't begin: a reason for programs, a sentence for people. */
  get error(): { readonly code: EndReason; readonly message: string } | null {
    const { status } = this;
    return hasEnded(status) ? { code: status.why, message: describeStatus(status, this.text) } : null;
  }

  /**
   * Connects, in place of what was watched before. The promise is kept with the first picture, however long the camera is
   * away, and broken by `pause()` and where there is no way: nobody has to look at it.
   */
  play(): Promise<void> {
    this.#playing.break('AbortError', 'Something else is played now.');
    const playing = this.#playing.get();
    // Not on a page it is nobody's to see.
    if (this.isConnected) this.#start();
    else void this.updateComplete.then(() => this.#playing.isPending && this.#start());
    return playing;
  }

  /** Ends the connection. The last frame stays, as in a `<video>`. */
  pause(): void {
    this.#playing.break('AbortError', 'It was paused.');
    if (this.paused) return;
    this.#playback?.pause();
    // Where it was told to play and has not yet begun, too.
    this.#report({ state: 'idle' });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#onPage = new AbortController();
    const { signal } = this.#onPage;
    watchNetwork(() => this.#playback?.handleNetworkChange(), signal);
    watchResume(() => this.#playback?.handleResume(), signal);
    // Back on a page after it was taken off one, this tells what was not heard meanwhile.
    watchSeen(this.renderRoot, (seen) => this.#playback?.handleVisible(seen), signal);
    if (this.hasUpdated && this.autoplay && this.paused && this.src !== '') void this.play();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#onPage.abort();
    // As with `<video>`: moved to another place of the page it goes on.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#playing.break('AbortError', 'It left the page.');
      this.#playback?.disconnect();
    });
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    if (this.preload !== 'none') this.#open();
    const video = this.#find('video', HTMLVideoElement);
    video.addEventListener('resize', () => this.#handleSize(video));
  }

  /** Before anything is drawn: the server is on its way to answer meanwhile. */
  protected override willUpdate(changed: PropertyValues): void {
    // Who sets it and calls `play()` at once has it played already.
    if (!changed.has('src') || this.src === this.#played) return;
    if (this.src === '') this.#unload();
    else if (this.autoplay || !this.paused) void this.play();
  }

  /** In the language of the page where it says one, else the browser's. */
  protected get text(): Text {
    const language = this.closest<HTMLElement>('[lang]')?.lang;
    return textFor(language ? [language, ...navigator.languages] : navigator.languages);
  }

  /** Undefined where `src` names no stream. */
  protected get source(): Source | undefined {
    return this.src === '' ? undefined : parseSource(this.src, document.baseURI);
  }

  /** Of the connection whose picture is shown. */
  protected async counters(): Promise<StreamCounters | undefined> {
    return await this.#playback?.counters();
  }

  /** What the browser refused to play by itself: only within the handler of a click or a key. */
  protected playByHand(): void {
    this.#playback?.playByHand();
  }

  #handleSize({ videoWidth, videoHeight }: HTMLVideoElement): void {
    if (videoWidth > 0 && videoHeight > 0)
      this.style.setProperty('--ratio', `${videoWidth} / ${videoHeight}`);
    this.dispatchEvent(new Event('resize'));
  }

  #find<T extends Element>(selector: string, kind: new () => T): T {
    const element = this.renderRoot.querySelector(selector);
    if (element instanceof kind) return element;
    throw new TypeError(`${this.localName} has no ${selector}`);
  }

  #open(): Playback {
    this.#playback ??= new Playback(
      () => ({
        frame: this.#find('#frame', HTMLElement),
        video: this.#find('video', HTMLVideoElement),
        still: this.#find('#still', HTMLCanvasElement),
      }),
      (status) => this.#report(status),
    );
    return this.#playback;
  }

  #start(): void {
    this.#played = this.src;
    this.#change({ state: 'connecting', step: 'server' }, ['play', 'waiting']);
    // Whoever heard of it may not want it.
    if (this.paused) return;
    const { source } = this;
    if (source === undefined) {
      this.#playback?.disconnect();
      this.#report({ state: 'refused', why: 'bad-source' });
    } else {
      this.#open().connect(source);
    }
  }

  /** There is nothing to watch any more: the picture goes, too. */
  #unload(): void {
    this.#played = '';
    this.#playing.break('AbortError', 'Its source was taken away.');
    this.#playback?.disconnect();
    this.#report({ state: 'idle' });
  }

  #report(status: Status): void {
    if (!isSameStatus(status, this.status)) this.#change(status, eventsOf(this.status, status));
  }

  #change(status: Status, events: readonly ('play' | PlaybackEvent)[]): void {
    this.status = status;
    this.setAttribute('state', status.state);
    if (status.state === 'live') this.#playing.keep();
    if (hasEnded(status)) this.#playing.break('NotSupportedError', describeStatus(status, this.text));
    const told = new CustomEvent<Status>('statuschange', { detail: status });
    for (const event of [...events.map((type) => new Event(type)), told]) {
      // What a handler made of it meanwhile has been told.
      if (this.status !== status) return;
      this.dispatchEvent(event);
    }
  }
}
