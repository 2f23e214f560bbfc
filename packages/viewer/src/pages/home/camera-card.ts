import { html, nothing, type PropertyValues } from 'lit';
import { fetchStill } from '../../adapters/streams-api.ts';
import { whileVisible } from '../../adapters/while-visible.ts';
import { titleOf } from '../../domain/cameras/camera-list.ts';
import type { CameraRow } from '../../domain/cameras/camera-rows.ts';
import { linkTo } from '../../domain/source.ts';
import { bird } from '../../player/bird.ts';
import { textFor } from '../../text/text.ts';
import { PageElement } from './page-element.ts';

/** The server keeps a still for some seconds; more often would show the same one again. */
const STILL_EVERY_MS = 10_000;

/** A mouse that only passes over a card starts nothing. */
const HOVER_MS = 400;

/**
 * `<perch-camera-card>`: one camera, with a still that is made new while it can be seen, or live. Owns the still's blob.
 * Events: `livechange` (wants to be live, or no more) and `options`.
 */
export class CameraCard extends PageElement {
  static override readonly properties = {
    row: { attribute: false },
    live: { attribute: false },
    still: { state: true },
  };

  declare row: CameraRow;
  declare live: boolean;
  declare protected still: string | undefined;

  readonly #words = textFor(navigator.languages);
  #onScreen: IntersectionObserver | undefined;
  #seen = false;
  #stills: AbortController | undefined;
  #hover: ReturnType<typeof setTimeout> | undefined;
  /** Began by a mouse above it, and ends when it goes; a tap's live picture stays. */
  #byHover = false;

  constructor() {
    super();
    this.live = false;
    this.still = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#onScreen = new IntersectionObserver(([entry]) => {
      this.#seen = entry?.isIntersecting ?? false;
      this.#updateStills();
    });
    this.#onScreen.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#onScreen?.disconnect();
    this.#seen = false;
    this.#updateStills();
    clearTimeout(this.#hover);
    this.#setStill(undefined);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('row') || changed.has('live')) this.#updateStills();
  }

  protected override render() {
    const { camera, elsewhere, stream } = this.row;
    const { cameras } = this.text;
    const name = titleOf(camera);
    const link = linkTo(camera);
    const host = new URL(camera.server).host;
    const toLive = !this.live && !elsewhere && stream.state === 'live';
    const label = elsewhere
      ? cameras.openElsewhere(name, host)
      : toLive
        ? cameras.showLive(name)
        : cameras.open(name);
    return html`
      <div class="picture" data-state=${stream.state} @pointerenter=${this.#handleEnter} @pointerleave=${this.#handleLeave}>
        ${this.still === undefined ? html`<div class="no-still">${bird}</div>` : html`<img src=${this.still} alt=${cameras.still(name)} draggable="false" />`}
        ${this.live ? html`<perch-player autoplay src=${link}></perch-player>` : nothing}
        <a class="cover" href=${link} draggable="false" aria-label=${label}
          @click=${(event: MouseEvent) => this.#handleClick(event, toLive)}></a>
      </div>
      <div class="caption">
        <h3><a href=${link} draggable="false">${name}</a></h3>
        <p class="state" data-state=${stream.state}>${elsewhere ? cameras.elsewhere(host) : this.#describe()}</p>
        <button class="more" type="button" aria-label=${cameras.options(name)} aria-haspopup="dialog" @click=${this.#askForOptions}>
          <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><circle cx="5" cy="12" r="2" /><circle cx="12" cy="12" r="2" /><circle cx="19" cy="12" r="2" /></svg>
        </button>
      </div>
    `;
  }

  #describe(): string {
    const { stream } = this.row;
    const { cameras } = this.text;
    if (stream.state === 'refused') {
      const { ended } = this.#words;
      const sentence = Object.entries(ended).find(([code]) => code === stream.code)?.[1];
      return typeof sentence === 'string' ? sentence : ended.refused;
    }
    if (stream.state !== 'live') return cameras.state[stream.state];
    return `${cameras.state.live} · ${cameras.viewers(stream.viewers)}`;
  }

  /** The first tap shows it live here, the next one opens it. With a key held, it is a link as any other. */
  #handleClick(event: MouseEvent, toLive: boolean): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    clearTimeout(this.#hover);
    if (!toLive) return;
    event.preventDefault();
    this.#byHover = false;
    this.#wantLive(true);
  }

  #handleEnter({ pointerType }: PointerEvent): void {
    const { elsewhere, stream } = this.row;
    if (pointerType !== 'mouse' || this.live || elsewhere || stream.state !== 'live') return;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    this.#hover = setTimeout(() => {
      this.#byHover = true;
      this.#wantLive(true);
    }, HOVER_MS);
  }

  #handleLeave(): void {
    clearTimeout(this.#hover);
    if (this.#byHover) this.#wantLive(false);
    this.#byHover = false;
  }

  #wantLive(detail: boolean): void {
    this.dispatchEvent(new CustomEvent('livechange', { detail }));
  }

  #askForOptions(): void {
    this.dispatchEvent(new Event('options'));
  }

  #updateStills(): void {
    const wanted = this.#seen && !this.live && !this.row.elsewhere && this.row.stream.state === 'live';
    if (!wanted) {
      this.#stills?.abort();
      this.#stills = undefined;
      return;
    }
    if (this.#stills !== undefined) return;
    this.#stills = new AbortController();
    const { signal } = this.#stills;
    whileVisible(STILL_EVERY_MS, () => this.#refresh(signal), signal);
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const { streamId, token } = this.row.camera;
    const blob = await fetchStill(streamId, token);
    if (blob !== undefined && !signal.aborted) this.#setStill(URL.createObjectURL(blob));
  }

  #setStill(url: string | undefined): void {
    if (this.still !== undefined) URL.revokeObjectURL(this.still);
    this.still = url;
  }
}
