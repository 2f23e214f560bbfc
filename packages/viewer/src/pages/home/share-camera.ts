import { html, nothing } from 'lit';
import { copyText } from '../../adapters/copy-text.ts';
import { qrSvg } from '../../adapters/qr-svg.ts';
import { makeLink } from '../../adapters/streams-api.ts';
import { type Camera, titleOf } from '../../domain/cameras/camera-list.ts';
import { linkTo } from '../../domain/source.ts';
import { PageDialog } from './page-element.ts';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
const WEEK_SECONDS = 7 * DAY_SECONDS;

/** Makes a link that ends by itself, and shows it, as text and as a QR code. */
export function openShare(camera: Camera): void {
  const share = new ShareCamera();
  share.camera = camera;
  share.open();
}

class ShareCamera extends PageDialog {
  static override readonly properties = {
    seconds: { state: true },
    link: { state: true },
    until: { state: true },
    said: { state: true },
    code: { state: true },
    busy: { state: true },
  };

  declare camera: Camera;
  declare protected seconds: number;
  declare protected link: string | undefined;
  declare protected until: string;
  declare protected said: string;
  declare protected code: SVGSVGElement | undefined;
  declare protected busy: boolean;

  constructor() {
    super();
    this.seconds = DAY_SECONDS;
    this.link = undefined;
    this.until = '';
    this.said = '';
    this.code = undefined;
    this.busy = false;
  }

  protected override render() {
    const { share } = this.text;
    return this.frame(
      share.title(titleOf(this.camera)),
      html`
        <p>${share.explain}</p>
        ${this.link === undefined ? this.#renderChoice() : this.#renderLink(this.link)}
        <p role="status">${this.said}</p>
      `,
    );
  }

  #renderChoice() {
    const { share } = this.text;
    const choices: readonly (readonly [number, string])[] = [
      [HOUR_SECONDS, share.hour],
      [DAY_SECONDS, share.day],
      [WEEK_SECONDS, share.week],
    ];
    return html`
      <form class="stack" @submit=${this.#make}>
        <fieldset class="choices">
          <legend>${share.lasts}</legend>
          ${choices.map(
            ([seconds, label]) => html`
              <label><input type="radio" name="lasts" .checked=${this.seconds === seconds}
                @change=${() => this.#choose(seconds)} />${label}</label>
            `,
          )}
        </fieldset>
        <button class="primary" type="submit" ?disabled=${this.busy}>${share.make}</button>
      </form>
    `;
  }

  #renderLink(link: string) {
    const { share } = this.text;
    return html`
      <p>${this.until}</p>
      <label for="sharedLink">${share.link}</label>
      <input id="sharedLink" type="text" readonly .value=${link} @focus=${selectAll} />
      <div class="line">
        ${isSecureContext ? html`<button class="primary" type="button" @click=${() => this.#copy(link)}>${share.copy}</button>` : nothing}
        ${'share' in navigator ? html`<button class="quiet" type="button" @click=${() => this.#send(link)}>${share.send}</button>` : nothing}
      </div>
      <div class="code">${this.code}</div>
    `;
  }

  #choose(seconds: number): void {
    this.seconds = seconds;
  }

  async #make(event: Event): Promise<void> {
    event.preventDefault();
    const { share } = this.text;
    const { streamId, token } = this.camera;
    this.busy = true;
    this.said = '';
    const made = await makeLink(streamId, token, this.seconds).catch(() => undefined);
    this.busy = false;
    if (!made?.ok) {
      this.said = made === undefined ? share.failed : refusalOf(made.code, share);
      return;
    }
    const link = linkTo({ server: location.origin, streamId, token: made.token });
    const expiresAtMs = made.expiresAtMs ?? Date.now() + this.seconds * 1000;
    const format = new Intl.DateTimeFormat(this.text.code, { dateStyle: 'medium', timeStyle: 'short' });
    this.until = share.until(format.format(expiresAtMs));
    this.code = await qrSvg(link, share.code);
    this.link = link;
    await this.updateComplete;
    this.querySelector<HTMLElement>('#sharedLink')?.focus();
  }

  async #copy(link: string): Promise<void> {
    if (await copyText(link)) this.said = this.text.share.copied;
    // It may be forbidden; the link is there to be copied by hand.
    else this.querySelector<HTMLInputElement>('#sharedLink')?.select();
  }

  async #send(link: string): Promise<void> {
    try {
      await navigator.share({ title: titleOf(this.camera), url: link });
    } catch {
      // The person thought better of it.
    }
  }
}

function refusalOf(
  code: string,
  share: { readonly failed: string; readonly forbidden: string; readonly tooMany: string },
): string {
  if (code === 'forbidden' || code.startsWith('token-')) return share.forbidden;
  return code === 'too-many-links' ? share.tooMany : share.failed;
}

function selectAll({ target }: Event): void {
  if (target instanceof HTMLInputElement) target.select();
}

customElements.define('perch-share-camera', ShareCamera);
