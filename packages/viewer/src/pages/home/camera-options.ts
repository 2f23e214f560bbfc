import { html, nothing } from 'lit';
import {
  type CameraList,
  forget,
  MAX_NAME_CHARS,
  rename,
  titleOf,
} from '../../domain/cameras/camera-list.ts';
import type { CameraRow } from '../../domain/cameras/camera-rows.ts';
import { PageDialog } from './page-element.ts';

export interface CameraOptionsTask {
  readonly key: string;
  /** As they are at the moment. */
  readonly rows: () => readonly CameraRow[];
  readonly change: (to: (cameras: CameraList) => CameraList) => void;
  readonly move: (to: number) => void;
}

/** Rename, move, share and forget one camera, in a dialog that is taken off the page when it closes. */
export function openCameraOptions(task: CameraOptionsTask): void {
  const options = new CameraOptions();
  options.task = task;
  options.open();
}

class CameraOptions extends PageDialog {
  static override readonly properties = { asksSure: { state: true } };

  declare protected asksSure: boolean;
  declare task: CameraOptionsTask;

  constructor() {
    super();
    this.asksSure = false;
  }

  protected override render() {
    const { cameras } = this.text;
    const rows = this.task.rows();
    const place = rows.findIndex(({ key }) => key === this.task.key);
    const row = rows[place];
    if (row === undefined) return nothing;
    const mayShare =
      row.stream.state === 'live' || row.stream.state === 'offline' ? row.stream.mayShare : false;
    return this.frame(
      titleOf(row.camera),
      html`
        <form class="line" autocomplete="off" @submit=${this.#rename}>
          <label for="cameraName">${cameras.name}</label>
          <input id="cameraName" type="text" maxlength=${MAX_NAME_CHARS} .value=${titleOf(row.camera)} enterkeyhint="done" />
          <button class="primary" type="submit">${cameras.save}</button>
        </form>
        <div class="line">
          <p role="status">${cameras.place(place + 1, rows.length)}</p>
          <button class="quiet" type="button" ?disabled=${place === 0} @click=${() => this.#move(place - 1)}>${cameras.earlier}</button>
          <button class="quiet" type="button" ?disabled=${place === rows.length - 1} @click=${() => this.#move(place + 1)}>${cameras.later}</button>
        </div>
        ${mayShare ? html`<button class="quiet" type="button" @click=${() => this.#share(row)}>${cameras.share}</button>` : nothing}
        ${row.kept ? this.#renderForget() : nothing}
      `,
    );
  }

  #renderForget() {
    const { cameras } = this.text;
    if (!this.asksSure) {
      return html`<button class="quiet danger" type="button" @click=${() => this.#ask(true)}>${cameras.forget}</button>`;
    }
    return html`
      <div class="sure" role="alert">
        <p>${cameras.forgetSure}</p>
        <button id="forgetYes" class="primary danger" type="button" @click=${this.#forget}>${cameras.forgetYes}</button>
        <button class="quiet" type="button" @click=${() => this.#ask(false)}>${cameras.cancel}</button>
      </div>
    `;
  }

  /** The button under the focus is replaced by a question; the focus goes on to it. */
  async #ask(sure: boolean): Promise<void> {
    this.asksSure = sure;
    await this.updateComplete;
    this.querySelector<HTMLElement>(sure ? '#forgetYes' : '.danger')?.focus();
  }

  #rename(event: Event): void {
    event.preventDefault();
    const name = this.querySelector<HTMLInputElement>('#cameraName')?.value ?? '';
    this.task.change((cameras) => rename(cameras, this.task.key, name));
    this.close();
  }

  #move(to: number): void {
    this.task.move(to);
    this.requestUpdate();
  }

  #forget(): void {
    this.task.change((cameras) => forget(cameras, this.task.key));
    this.close();
  }

  async #share(row: CameraRow): Promise<void> {
    const { openShare } = await import('./share-camera.ts');
    this.close();
    openShare(row.camera);
  }
}

customElements.define('perch-camera-options', CameraOptions);
