import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { browserMedia } from '../../adapters/browser-media.ts';
import { browserPorts } from '../../adapters/browser-ports.ts';
import { gatherCandidates, tellsRefusals } from '../../adapters/candidate-gatherer.ts';
import { copyText } from '../../adapters/copy-text.ts';
import { Screen } from '../../adapters/screen.ts';
import { serverHealthOf } from '../../adapters/server-health.ts';
import { Check, type CheckReport } from '../../domain/check/check.ts';
import type { CheckPorts } from '../../domain/check/check-ports.ts';
import type { Step } from '../../domain/check/step.ts';
import { type Cause, isGood } from '../../domain/check/verdict.ts';
import { linkTo, linkToCheck, parseSource, type Source } from '../../domain/source.ts';
import { streamOfLink } from '../../domain/stream-link.ts';
import type { CheckText } from '../../text/check-text.ts';
import { checkTextFor, describeCheck, describeFinding } from '../../text/describe-check.ts';
import { textFor } from '../../text/text.ts';
import { takePageToken } from '../page-token.ts';

/**
 * The check page's content: the form, the steps as they are taken, the verdict. Owns one Check at a time. It has no shadow
 * root: the page's style sheet is its own.
 */
export class PerchCheck extends LitElement {
  static override readonly properties = {
    source: { state: true },
    report: { state: true },
    problem: { state: true },
    toCopy: { state: true },
  };

  declare private source: Source | undefined;
  declare private report: CheckReport | undefined;
  /** About what was typed, or about copying. */
  declare private problem: string;
  /** To be copied by hand, where the page may not. */
  declare private toCopy: string;

  readonly #text: CheckText = checkTextFor(textFor(navigator.languages).code);
  #ports: CheckPorts | undefined;
  #check: Check | undefined;
  #onPage = new AbortController();

  constructor() {
    super();
    this.source = undefined;
    this.report = undefined;
    this.problem = '';
    this.toCopy = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.title = `${this.#text.title} – Perch`;
    this.#onPage = new AbortController();
    const { signal } = this.#onPage;
    // Another link to this page, pasted over the one that is open, loads nothing anew.
    addEventListener('hashchange', () => this.#checkLinked(), { signal });
    addEventListener('popstate', () => this.#checkLinked(), { signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#onPage.abort();
    this.#check?.close();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override firstUpdated(): void {
    this.#checkLinked();
  }

  protected override render(): TemplateResult {
    const { source } = this;
    const text = this.#text;
    return html`
      <h1>${text.title}</h1>
      <p class="intro">${text.intro}</p>
      <form autocomplete="off" novalidate @submit=${this.#handleSubmit}>
        <label for="link">${text.link}</label>
        <input id="link" type="text" maxlength="4096" autocapitalize="none" autocorrect="off" spellcheck="false"
          enterkeyhint="go" aria-describedby="hint problem" .value=${source?.streamId ?? ''} />
        <button class=${source ? 'quiet' : 'primary'} type="submit">${source ? text.again : text.start}</button>
        <p id="hint" class="hint" ?hidden=${source !== undefined}>${text.linkHint}</p>
        <p id="problem" class="problem" role="alert">${this.problem}</p>
      </form>
      <section class="result" ?hidden=${this.report === undefined}>
        ${this.#renderVerdict()}
        <div class="picture" data-picture="none" ?data-seen=${this.#hasPicture}>
          <video muted playsinline disableremoteplayback aria-label=${text.picture}></video>
          <canvas class="still" width="0" height="0" aria-hidden="true"></canvas>
          <canvas class="proof" width="0" height="0" role="img" aria-label=${text.picture}></canvas>
        </div>
        <h2>${text.stepsTitle}</h2>
        <ol class="steps">${this.report?.steps.map((step) => this.#renderStep(step))}</ol>
      </section>
    `;
  }

  /** One sentence is announced; the rest is there to be read. */
  #renderVerdict(): TemplateResult {
    const { report, source } = this;
    const text = this.#text;
    const cause = report?.cause;
    const advice = cause && text.causes(source?.streamId ?? '')[cause];
    const state = cause === undefined ? 'running' : isGood(cause) ? 'good' : 'bad';
    return html`
      <div class="verdict" data-state=${state} data-cause=${cause ?? nothing}>
        <p class="says" role="status">${advice?.says ?? text.running}</p>
        ${advice && html`<p class="next">${advice.next}</p>`}
        ${advice?.owner && html`<p class="owner"><b>${text.forOwner}:</b> ${advice.owner}</p>`}
      </div>
      <div class="actions" ?hidden=${cause === undefined}>
        <a class="button" href=${source ? linkTo(source) : '/'}>${text.watch}</a>
        <button class="quiet copy" type="button" @click=${this.#handleCopy}>${text.copy}</button>
        <textarea class="copied" readonly rows="8" aria-label=${text.copy} .value=${this.toCopy} ?hidden=${this.toCopy === ''}></textarea>
      </div>
    `;
  }

  #renderStep({ id, state, atMs, found }: Step): TemplateResult {
    const text = this.#text;
    return html`
      <li data-step=${id} data-state=${state}>
        <span class="mark" aria-hidden="true"></span>
        <span class="name">${text.steps[id]}${found && html`<span class="hidden">: ${text.states[state]}.</span>`}</span>
        <span class="time">${atMs === undefined ? nothing : text.ms(atMs)}</span>
        <span class="found">${found === undefined ? text.states[state] : describeFinding(found, text)}</span>
      </li>
    `;
  }

  get #hasPicture(): boolean {
    return this.report?.steps.some(({ id, state }) => id === 'frame' && state === 'passed') ?? false;
  }

  #checkLinked(): void {
    const streamId = streamOfLink(location.pathname, location.search);
    const token = takePageToken();
    if (streamId !== undefined) this.#start({ server: location.origin, streamId, token });
  }

  /** A name, or a link; one to another server leads to that server's page, which alone may talk to it. */
  #handleSubmit(event: SubmitEvent): void {
    event.preventDefault();
    const field = this.querySelector('input') as HTMLInputElement;
    const typed = field.value.trim();
    const isLink = /[/?#]/u.test(typed);
    // The name that is there already keeps its key.
    const token = typed === this.source?.streamId ? this.source.token : undefined;
    const source = isLink
      ? parseSource(typed, location.href)
      : { server: location.origin, streamId: typed, token };
    if (source === undefined || source.streamId === '') {
      this.problem = this.#text.badLink;
      field.focus();
      return;
    }
    const address = linkToCheck(source);
    if (source.server !== location.origin) {
      location.assign(address);
      return;
    }
    if (address !== location.href) history.pushState(null, '', address);
    this.#start(source);
  }

  #start(source: Source): void {
    this.#check?.close();
    this.source = source;
    this.report = undefined;
    this.problem = '';
    this.toCopy = '';
    this.#find('.proof', HTMLCanvasElement).width = 0;
    this.#check = new Check(this.#openPorts(), {
      streamId: source.streamId,
      token: source.token,
      onReport: (report) => this.#handleReport(report),
    });
    this.#check.start();
  }

  #handleReport(report: CheckReport): void {
    this.report = report;
    if (report.cause !== undefined) this.#keepPicture(report.cause);
  }

  /** The session ends with the check, and takes its picture along. */
  #keepPicture(cause: Cause): void {
    if (!isGood(cause)) return;
    const video = this.#find('video', HTMLVideoElement);
    const proof = this.#find('.proof', HTMLCanvasElement);
    proof.width = video.videoWidth;
    proof.height = video.videoHeight;
    proof.getContext('2d')?.drawImage(video, 0, 0);
  }

  async #handleCopy(): Promise<void> {
    const { report, source } = this;
    if (report === undefined || source === undefined) return;
    const about = { ...source, browser: navigator.userAgent, at: new Date() };
    const text = describeCheck(report, about, this.#text);
    const isCopied = await copyText(text);
    this.problem = isCopied ? this.#text.copied : this.#text.copyFailed;
    if (isCopied) return;
    this.toCopy = text;
    await this.updateComplete;
    this.#find('.copied', HTMLTextAreaElement).select();
  }

  #openPorts(): CheckPorts {
    const server = location.origin;
    const screen = new Screen(() => ({
      frame: this.#find('.picture', HTMLElement),
      video: this.#find('video', HTMLVideoElement),
      still: this.#find('.still', HTMLCanvasElement),
    }));
    this.#ports ??= {
      ...browserPorts(server, browserMedia(screen)),
      gather: gatherCandidates,
      tellsRefusals,
      fetchHealth: serverHealthOf(server),
    };
    return this.#ports;
  }

  #find<T extends Element>(selector: string, kind: new () => T): T {
    const element = this.querySelector(selector);
    if (element instanceof kind) return element;
    throw new TypeError(`perch-check has no ${selector}`);
  }
}
