import { html, nothing, type ReactiveController } from 'lit';
import { browserClock } from '../../../adapters/browser-clock.ts';
import { StripReader } from '../../../adapters/strip-reader.ts';
import type { SessionLog } from '../../../domain/session-log.ts';
import { StatsSampler } from '../../../domain/stats-sampler.ts';
import type { StreamCounters } from '../../../domain/stream-counters.ts';
import type { StreamStats } from '../../../domain/stream-stats.ts';
import type { Text } from '../../../text/en.ts';
import type { PlayerHost } from '../../host.ts';
import { PerchBadge } from './perch-badge.ts';
import type { PerchStats } from './perch-stats.ts';

/** What it needs of the player. */
export interface StatsHost extends PlayerHost {
  readonly controls: boolean;
  /** Whether the drawer is open. */
  statsOpen: boolean;
}

/**
 * The player's badge and drawer. Samples once a second while the picture is live and the page is seen, and somebody could
 * look: a player without controls and drawer costs nothing. The drawer's code comes when it is first opened.
 */
export class PlayerStats implements ReactiveController {
  readonly #host: StatsHost;
  readonly #sampler: StatsSampler;
  readonly #session: SessionLog;
  #reader: StripReader | undefined;
  #isDrawerLoaded = false;
  #wasOpen = false;
  /** What had the focus when the drawer was opened. */
  #opener: Element | null = null;
  #listening = new AbortController();

  constructor(
    host: StatsHost,
    {
      session,
      counters: readCounters,
    }: { readonly session: SessionLog; readonly counters: () => Promise<StreamCounters | undefined> },
  ) {
    this.#host = host;
    this.#session = session;
    this.#sampler = new StatsSampler(
      { clock: browserClock, readCounters, readStripAge: () => this.#readStripAge() },
      (stats) => this.#show(stats),
    );
    defineOnce('perch-badge', PerchBadge);
    host.addEventListener('play', () => this.#sampler.reset());
    host.addController(this);
  }

  look(): Promise<StreamStats | undefined> {
    return this.#sampler.look();
  }

  hostConnected(): void {
    this.#listening = new AbortController();
    document.addEventListener('visibilitychange', () => this.#decide(), { signal: this.#listening.signal });
  }

  hostDisconnected(): void {
    this.#listening.abort();
    this.#sampler.stop();
  }

  hostUpdated(): void {
    this.#decide();
    const { statsOpen } = this.#host;
    if (statsOpen === this.#wasOpen) return;
    this.#wasOpen = statsOpen;
    if (statsOpen) void this.#handleOpened();
    else this.#handleClosed();
  }

  /** Stands among the controls, and fades with them. The drawer says the same and more. */
  badge(text: Text) {
    const { controls, status, statsOpen } = this.#host;
    const isShown = controls && status.state === 'live' && !statsOpen;
    return html`<perch-badge class="badge chrome" part="badge" .text=${text} ?hidden=${!isShown}
      @click=${() => this.#setOpen(true)}></perch-badge>`;
  }

  drawer(text: Text) {
    if (!this.#host.statsOpen || !this.#isDrawerLoaded) return nothing;
    return html`<perch-stats part="stats" .text=${text} .session=${this.#session}
      .history=${this.#sampler.history} .stats=${this.#sampler.history.at(-1)}
      @close=${() => this.#setOpen(false)}></perch-stats>`;
  }

  #setOpen(isOpen: boolean): void {
    this.#host.statsOpen = isOpen;
  }

  #decide(): void {
    const { isConnected, status, controls, statsOpen } = this.#host;
    const isOfUse = isConnected && !document.hidden && status.state === 'live' && (controls || statsOpen);
    if (isOfUse) this.#sampler.start();
    else this.#sampler.stop();
  }

  #show(stats: StreamStats): void {
    const badge = this.#find('perch-badge');
    if (badge !== null && (badge.stats === undefined || this.#isBadgeSeen())) badge.stats = stats;
    const drawer = this.#find('perch-stats');
    if (drawer === null) return;
    drawer.history = this.#sampler.history;
    drawer.stats = stats;
  }

  async #readStripAge(): Promise<number | undefined> {
    const { videoElement, statsOpen } = this.#host;
    if (videoElement === null || !(statsOpen || this.#isBadgeSeen())) return undefined;
    this.#reader ??= new StripReader(videoElement);
    return await this.#reader.read();
  }

  #isBadgeSeen(): boolean {
    const badge = this.#find('perch-badge');
    // Older browsers can't tell whether it has faded.
    return badge?.checkVisibility?.({ opacityProperty: true, visibilityProperty: true }) ?? badge !== null;
  }

  /** The keyboard's focus goes along, but is taken from nobody outside the player. */
  async #handleOpened(): Promise<void> {
    const host = this.#host;
    this.#opener = focusIn(host);
    const mayFocus = this.#hasFreeFocus();
    if (!this.#isDrawerLoaded) {
      const { PerchStats } = await import('./perch-stats.ts');
      defineOnce('perch-stats', PerchStats);
      this.#isDrawerLoaded = true;
    }
    host.requestUpdate();
    await host.updateComplete;
    const drawer = this.#find('perch-stats');
    await drawer?.updateComplete;
    if (mayFocus && this.#hasFreeFocus()) drawer?.focus();
  }

  #handleClosed(): void {
    const opener = this.#opener;
    this.#opener = null;
    // Elsewhere in the player, or in the page, the person has gone on.
    if (focusIn(this.#host) !== null || !this.#hasFreeFocus()) return;
    const control = opener ?? this.#host.renderRoot.querySelector('[part~=stats-control]');
    if (control instanceof HTMLElement) control.focus();
  }

  #hasFreeFocus(): boolean {
    const { activeElement } = document;
    return activeElement === null || activeElement === document.body || focusIn(this.#host) !== null;
  }

  #find<K extends 'perch-badge' | 'perch-stats'>(name: K): HTMLElementTagNameMap[K] | null {
    return this.#host.renderRoot.querySelector(name);
  }
}

function focusIn({ renderRoot }: StatsHost): Element | null {
  return renderRoot instanceof ShadowRoot ? renderRoot.activeElement : null;
}

/** Two copies of the player may be in one page. */
function defineOnce(
  name: 'perch-badge' | 'perch-stats',
  element: typeof PerchBadge | typeof PerchStats,
): void {
  if (customElements.get(name) === undefined) customElements.define(name, element);
}
