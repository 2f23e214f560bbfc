import { html, nothing } from 'lit';
import type { CameraStore } from '../../adapters/camera-store.ts';
import { readQr } from '../../adapters/qr-reader.ts';
import { scanWithCamera } from '../../adapters/scan-with-camera.ts';
import { remember } from '../../domain/cameras/camera-list.ts';
import { readAddress } from '../../domain/cameras/destination.ts';
import { linkTo, type Source } from '../../domain/source.ts';
import { PageDialog } from './page-element.ts';

/** Adds a camera by its link: typed or pasted, scanned, or as a QR code in an image. Nothing is opened unasked. */
export function openAddCamera(store: CameraStore): void {
  const dialog = new AddCamera();
  dialog.store = store;
  dialog.open();
}

/** A text of a code is shown to the person, who can't look at an endless one. */
const MAX_SHOWN_CHARS = 80;

class AddCamera extends PageDialog {
  static override readonly properties = {
    found: { state: true },
    said: { state: true },
    scanning: { state: true },
  };

  declare store: CameraStore;
  declare protected found: Source | undefined;
  declare protected said: string;
  declare protected scanning: boolean;

  #scan: AbortController | undefined;

  constructor() {
    super();
    this.found = undefined;
    this.said = '';
    this.scanning = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#scan?.abort();
  }

  protected override render() {
    const { addCamera } = this.text;
    return this.frame(
      addCamera.title,
      html`
        <form class="line" autocomplete="off" @submit=${this.#handleSubmit}>
          <label for="cameraLink">${addCamera.link}</label>
          <input id="cameraLink" type="text" inputmode="url" autocapitalize="none" autocorrect="off" spellcheck="false" enterkeyhint="done" />
          <button class=${this.found === undefined ? 'primary' : 'quiet'} type="submit">${addCamera.check}</button>
        </form>
        ${this.#renderScan()}
        <label class="button quiet" for="qrImage">${addCamera.image}</label>
        <input id="qrImage" class="unseen" type="file" accept="image/*" @change=${this.#handleImage} />
        <p role="status">${this.said}</p>
        ${this.found === undefined ? nothing : this.#renderFound()}
      `,
    );
  }

  /** Browsers give a device's camera to pages that came over https alone. */
  #renderScan() {
    const { addCamera } = this.text;
    if (!isSecureContext) return html`<p class="hint">${addCamera.insecure}</p>`;
    return html`
      <button id="scanBtn" class="quiet" type="button" aria-pressed=${this.scanning} @click=${this.#toggleScan}>
        ${this.scanning ? addCamera.stopScan : addCamera.scan}
      </button>
      <video id="scanVideo" class="scan" aria-label=${addCamera.aim} autoplay muted playsinline ?hidden=${!this.scanning}></video>
    `;
  }

  #renderFound() {
    const { addCamera } = this.text;
    return html`
      <div class="line">
        <button id="keepBtn" class="primary" type="button" @click=${this.#keep}>${addCamera.keep}</button>
        <button class="quiet" type="button" @click=${this.#watch}>${addCamera.watch}</button>
      </div>
    `;
  }

  #handleSubmit(event: Event): void {
    event.preventDefault();
    void this.#show(this.querySelector<HTMLInputElement>('#cameraLink')?.value ?? '');
  }

  async #handleImage({ target }: Event): Promise<void> {
    if (!(target instanceof HTMLInputElement)) return;
    const [file] = target.files ?? [];
    target.value = '';
    if (file === undefined) return;
    const content = await readImage(file);
    if (content === undefined) {
      this.found = undefined;
      this.said = this.text.addCamera.noCode;
    } else await this.#show(content);
  }

  async #toggleScan(): Promise<void> {
    if (this.scanning) {
      this.#scan?.abort();
      return;
    }
    const { addCamera } = this.text;
    this.#scan = new AbortController();
    this.scanning = true;
    this.found = undefined;
    this.said = addCamera.aim;
    const video = this.querySelector('#scanVideo') as HTMLVideoElement;
    try {
      const content = await scanWithCamera(video, this.#scan.signal);
      this.said = '';
      if (content !== undefined) await this.#show(content);
    } catch {
      this.said = addCamera.noCamera;
    }
    this.scanning = false;
  }

  async #show(content: string): Promise<void> {
    const { addCamera } = this.text;
    const destination = readAddress(content);
    if (destination?.kind !== 'camera') {
      this.found = undefined;
      const shown = content.trim().slice(0, MAX_SHOWN_CHARS);
      this.said = shown === '' ? addCamera.notALink : addCamera.notALinkBut(shown);
      return;
    }
    const { server, streamId } = destination.source;
    const describe = server === location.origin ? addCamera.found : addCamera.foundElsewhere;
    this.found = destination.source;
    this.said = describe(streamId, new URL(server).host);
    await this.updateComplete;
    this.querySelector<HTMLElement>('#keepBtn')?.focus();
  }

  #keep(): void {
    const { found } = this;
    if (found !== undefined) this.store.arrange((cameras) => remember(cameras, found));
    this.close();
  }

  #watch(): void {
    if (this.found !== undefined) location.assign(linkTo(this.found));
  }
}

async function readImage(file: File): Promise<string | undefined> {
  try {
    const image = await createImageBitmap(file);
    const content = await readQr(image);
    image.close();
    return content;
  } catch {
    // Not an image that this browser knows.
    return undefined;
  }
}

customElements.define('perch-add-camera', AddCamera);
