import { html, LitElement, nothing } from 'lit';
import { copyText } from '../../../adapters/copy-text.ts';
import type { SessionLog } from '../../../domain/session-log.ts';
import type { StreamStats } from '../../../domain/stream-stats.ts';
import { describeRows } from '../../../text/describe-rows.ts';
import { describeMetric, METRICS, type Metric } from '../../../text/describe-stats.ts';
import { en, type Text } from '../../../text/en.ts';
import { statsReport } from '../../../text/stats-report.ts';
import { StatsCharts } from './stats-charts.ts';
import { statsStyles } from './stats-styles.ts';

/**
 * `<perch-stats>`: the drawer with charts of the last two minutes and a table of what is now. Loaded when it is first asked
 * for. Shows what it is given; `stats` is the newest sample of `history`. Event: `close`, when the person wants it away.
 *
 * The charts are for eyes alone: the table says the same to a screen reader, which reads it when it is asked to.
 */
export class PerchStats extends LitElement {
  static override readonly styles = statsStyles;
  static override readonly properties = {
    stats: { attribute: false },
    text: { attribute: false },
    told: { state: true },
    report: { state: true },
  };

  declare stats: StreamStats | undefined;
  declare text: Text;
  declare history: readonly StreamStats[];
  declare session: SessionLog | undefined;
  /** What came of copying. */
  declare protected told: string;
  /** Shown where it can't be copied by itself. */
  declare protected report: string | undefined;
  #charts: StatsCharts | undefined;

  constructor() {
    super();
    this.stats = undefined;
    this.text = en;
    this.history = [];
    this.session = undefined;
    this.told = '';
    this.report = undefined;
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.close')?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#charts?.destroy();
    this.#charts = undefined;
  }

  protected override updated(): void {
    if (!this.isConnected) return;
    this.#charts ??= this.#makeCharts();
    this.#charts.draw(this.history);
  }

  protected override render() {
    const { text } = this;
    const words = text.stats;
    return html`
      <section class="panel" role="dialog" aria-label=${words.title} @keydown=${this.#handleKey}>
        <header>
          <h2>${words.title}</h2>
          <button class="copy" type="button" @click=${this.#copy}>${words.copy}</button>
          <button class="close" type="button" aria-label=${words.close} title=${words.close} @click=${this.#close}>
            <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M6 6l12 12M18 6 6 18" /></svg>
          </button>
        </header>
        <div class="body" tabindex="0" role="group" aria-label=${words.values}>
          <p class="told" role="status" ?hidden=${this.told === ''}>${this.told}</p>
          ${this.report === undefined ? nothing : html`<textarea readonly aria-label=${words.report} .value=${this.report}></textarea>`}
          <div class="charts" aria-hidden="true">
            ${METRICS.map((metric) => this.#chart(metric))}
          </div>
          ${this.#table()}
        </div>
      </section>
    `;
  }

  #chart(metric: Metric) {
    const { text, stats } = this;
    return html`<div>
      <div class="name"><span>${text.stats.rows[metric]}</span><b>${stats && describeMetric(metric, stats, text)}</b></div>
      <div class="chart" data-metric=${metric}></div>
    </div>`;
  }

  #table() {
    const { stats, session, text } = this;
    const words = text.stats;
    if (stats === undefined || session === undefined) return html`<p>${words.waiting}</p>`;
    return html`<table>
      <caption>${words.values}</caption>
      <tbody>${describeRows(stats, session, text).map(
        ([row, value]) =>
          html`<tr data-row=${row}><th scope="row">${words.rows[row]}</th><td>${value}</td></tr>`,
      )}</tbody>
    </table>`;
  }

  #makeCharts(): StatsCharts {
    const places = new Map<Metric, HTMLElement>();
    for (const metric of METRICS) {
      const place = this.renderRoot.querySelector<HTMLElement>(`[data-metric=${metric}]`);
      if (place !== null) places.set(metric, place);
    }
    const style = getComputedStyle(this);
    return new StatsCharts(places, (name) => style.getPropertyValue(name));
  }

  async #copy(): Promise<void> {
    if (this.session === undefined) return;
    const report = statsReport(this.history, this.session, {
      userAgent: navigator.userAgent,
      isSecure: isSecureContext,
      at: new Date(),
    });
    const isCopied = await copyText(report);
    const { copied, copyByHand } = this.text.stats;
    this.told = isCopied ? copied : copyByHand;
    this.report = isCopied ? undefined : report;
    if (isCopied) return;
    await this.updateComplete;
    const shown = this.renderRoot.querySelector('textarea');
    shown?.focus();
    shown?.select();
  }

  #handleKey(event: KeyboardEvent): void {
    // What scrolls the panel must not move the picture, nor Space stop it.
    if (/^(Arrow|Page|Home|End| |Escape)/.test(event.key)) event.stopPropagation();
    if (event.key === 'Escape') this.#close();
  }

  #close(): void {
    this.dispatchEvent(new Event('close'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'perch-stats': PerchStats;
  }
}
