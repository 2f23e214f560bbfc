import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { CameraStore } from '../../adapters/camera-store.ts';
import { listStreams } from '../../adapters/streams-api.ts';
import { whileVisible } from '../../adapters/while-visible.ts';
import { type CameraList, markRefused, move, remember, titleOf } from '../../domain/cameras/camera-list.ts';
import {
  type CameraRow,
  cameraRows,
  type ServerStreams,
  wallPage,
} from '../../domain/cameras/camera-rows.ts';
import { readServerStreams } from '../../domain/cameras/server-streams.ts';
import { linkTo } from '../../domain/source.ts';
import { focusByArrows } from './arrow-focus.ts';
import { CameraCard } from './camera-card.ts';
import { openCameraOptions } from './camera-options.ts';
import { PageElement } from './page-element.ts';

/** Often enough to see a camera come and go, and little for a Pi. */
const ASK_EVERY_MS = 10_000;

type View = 'cards' | 2 | 4;

/**
 * `<perch-cameras>`: the cameras as cards, or two or four of them live. Owns what is asked of the server as long as it is
 * on the page; the list is the store's.
 */
export class PerchCameras extends PageElement {
  static override readonly properties = {
    cameras: { state: true },
    found: { state: true },
    lost: { state: true },
    view: { state: true },
    page: { state: true },
    wall: { state: true },
    liveKey: { state: true },
    said: { state: true },
  };

  declare protected cameras: CameraList;
  declare protected found: ServerStreams | undefined;
  /** The server gave no answer the last time. */
  declare protected lost: boolean;
  declare protected view: View;
  declare protected page: number;
  /** Who is on the wall is settled when it is opened: no player goes because another camera came. */
  declare protected wall: readonly CameraRow[];
  declare protected liveKey: string | undefined;
  declare protected said: string;

  /** Told how many cameras there are, each time it is known anew. */
  oncount: ((count: number) => void) | undefined;

  readonly #store: CameraStore;
  #onPage = new AbortController();

  constructor(store: CameraStore) {
    super();
    this.#store = store;
    this.cameras = store.read();
    this.found = undefined;
    this.lost = false;
    this.view = 'cards';
    this.page = 0;
    this.wall = [];
    this.liveKey = undefined;
    this.said = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#onPage = new AbortController();
    const { signal } = this.#onPage;
    this.#readStore();
    this.#store.watch(() => this.#readStore(), signal);
    whileVisible(ASK_EVERY_MS, () => this.#ask(), signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#onPage.abort();
    this.liveKey = undefined;
    this.view = 'cards';
  }

  /** A link to the server alone, with a token, brings what the token allows. */
  async keepStreamsOf(token: string): Promise<void> {
    const listing = await listStreams(token).catch(() => undefined);
    if (!listing?.ok) return;
    const server = location.origin;
    this.#store.update((cameras) =>
      listing.streams.reduce((list, { streamId }) => remember(list, { server, streamId, token }), cameras),
    );
    await this.#ask();
  }

  get #rows(): readonly CameraRow[] {
    return cameraRows(this.cameras, this.found, location.origin);
  }

  protected override render() {
    const { text } = this;
    const rows = this.#rows;
    const playable = wallPage(rows, rows.length, 0);
    return html`
      <div class="toolbar" ?hidden=${rows.length === 0}>
        <h2>${text.cameras.title}</h2>
        ${playable.length > 1 || this.view !== 'cards' ? this.#renderViews() : nothing}
      </div>
      <p class="notice" role="status">${this.lost ? html`${text.cameras.serverLost} <a href="/check">${text.cameras.whyNot}</a>` : nothing}</p>
      ${this.view === 'cards' ? this.#renderCards(rows) : this.#renderWall(this.view, playable.length)}
      <p class="unseen" role="status">${this.said}</p>
    `;
  }

  #renderViews() {
    const { cameras } = this.text;
    const choices: readonly (readonly [View, string])[] = [
      ['cards', cameras.cards],
      [2, cameras.twoUp],
      [4, cameras.fourUp],
    ];
    return html`
      <div class="views" role="group" aria-label=${cameras.view}>
        ${choices.map(
          ([view, label]) => html`
            <button type="button" aria-pressed=${this.view === view} @click=${() => this.#show(view, 0)}>${label}</button>
          `,
        )}
      </div>
    `;
  }

  #renderCards(rows: readonly CameraRow[]) {
    return html`
      <ul class="cards" role="list" ?hidden=${rows.length === 0} @keydown=${focusByArrows}>
        ${repeat(
          rows,
          ({ key }) => key,
          (row, index) => html`
            <li draggable="true" @dragstart=${(event: DragEvent) => this.#drag(event, row)}
              @dragover=${allowDrop} @drop=${(event: DragEvent) => this.#drop(event, index)}>
              <perch-camera-card .row=${row} .live=${this.liveKey === row.key}
                @livechange=${({ detail }: CustomEvent<boolean>) => this.#setLive(row.key, detail)}
                @options=${() => this.#openOptions(row)}></perch-camera-card>
            </li>
          `,
        )}
      </ul>
    `;
  }

  #renderWall(size: 2 | 4, count: number) {
    const { cameras } = this.text;
    const pages = Math.ceil(count / size);
    return html`
      <div class="wall" data-size=${size} @keydown=${focusByArrows}>
        ${repeat(
          this.wall,
          ({ key }) => key,
          ({ camera }) => html`
            <div class="tile">
              <perch-player autoplay src=${linkTo(camera)}></perch-player>
              <p class="tile-name" aria-hidden="true">${titleOf(camera)}</p>
              <a class="cover" href=${linkTo(camera)} aria-label=${cameras.open(titleOf(camera))}></a>
            </div>
          `,
        )}
        ${this.wall.length === 0 ? html`<p>${cameras.nothingLive}</p>` : nothing}
      </div>
      <div class="pager" ?hidden=${pages < 2}>
        <button class="quiet" type="button" ?disabled=${this.page === 0}
          @click=${() => this.#show(size, this.page - 1)}>${cameras.previous}</button>
        <button class="quiet" type="button" ?disabled=${this.page >= pages - 1}
          @click=${() => this.#show(size, this.page + 1)}>${cameras.next}</button>
      </div>
    `;
  }

  #show(view: View, page: number): void {
    this.view = view;
    this.page = page;
    this.liveKey = undefined;
    this.wall = view === 'cards' ? [] : wallPage(this.#rows, view, page);
  }

  #setLive(key: string, live: boolean): void {
    if (live) this.liveKey = key;
    else if (this.liveKey === key) this.liveKey = undefined;
  }

  #drag(event: DragEvent, { key }: CameraRow): void {
    event.dataTransfer?.setData('text/plain', key);
    if (event.dataTransfer !== null) event.dataTransfer.effectAllowed = 'move';
  }

  #drop(event: DragEvent, index: number): void {
    event.preventDefault();
    const key = event.dataTransfer?.getData('text/plain');
    if (key !== undefined && this.#rows.some((row) => row.key === key)) this.#move(key, index);
  }

  #openOptions(row: CameraRow): void {
    openCameraOptions({
      key: row.key,
      rows: () => this.#rows,
      change: (to) => {
        this.#store.arrange((cameras) => to(this.#withAllShown(cameras)));
      },
      move: (to) => this.#move(row.key, to),
    });
  }

  #move(key: string, to: number): void {
    this.#store.arrange((cameras) => move(this.#withAllShown(cameras), key, to));
    const place = this.#rows.findIndex((row) => row.key === key);
    const moved = this.#rows[place];
    if (moved !== undefined) this.said = this.text.cameras.moved(titleOf(moved.camera), place + 1);
  }

  /** Where the person arranges anything, what only the server lists is kept as well: it has a place among the others. */
  #withAllShown(cameras: CameraList): CameraList {
    return this.#rows
      .filter(({ kept }) => !kept)
      .reduce((list, { camera }) => remember(list, camera), cameras);
  }

  #readStore(): void {
    this.cameras = this.#store.read();
    if (this.found !== undefined || this.cameras.length > 0) this.oncount?.(this.#rows.length);
  }

  async #ask(): Promise<void> {
    const server = location.origin;
    const mine = this.cameras.filter((camera) => camera.server === server);
    try {
      this.found = await readServerStreams(
        listStreams,
        server,
        mine,
        this.lost ? undefined : this.found?.open,
      );
      this.lost = false;
    } catch {
      this.lost = true;
      return;
    }
    const refused = this.#rows.filter(
      ({ camera, stream }) => camera.refused !== (stream.state === 'refused'),
    );
    this.#store.update((cameras) =>
      refused
        .filter(({ kept, stream }) => kept && stream.state !== 'unknown')
        .reduce((list, { key, stream }) => markRefused(list, key, stream.state === 'refused'), cameras),
    );
    this.oncount?.(this.#rows.length);
  }
}

function allowDrop(event: DragEvent): void {
  event.preventDefault();
}

customElements.define('perch-camera-card', CameraCard);
customElements.define('perch-cameras', PerchCameras);
