import { html, LitElement, type TemplateResult } from 'lit';
import { homeTextFor } from '../../text/home-text.ts';

/** A part of the page, which the page's own style sheet reaches. Not for pages of others: it has no shadow root. */
export class PageElement extends LitElement {
  protected readonly text = homeTextFor(navigator.languages);

  protected override createRenderRoot(): this {
    return this;
  }
}

/**
 * A modal dialog, which is on the page as long as it is open. Escape, its button and a click beside it close it. The browser
 * gives the focus back.
 */
export class PageDialog extends PageElement {
  open(): void {
    document.body.append(this);
  }

  protected close(): void {
    this.querySelector('dialog')?.close();
  }

  protected override firstUpdated(): void {
    this.querySelector('dialog')?.showModal();
  }

  /** What `render` is to give. */
  protected frame(title: string, content: TemplateResult): TemplateResult {
    const id = `${this.localName}-title`;
    return html`
      <dialog class="dialog" aria-labelledby=${id} @close=${() => this.remove()} @click=${this.#handleClick}>
        <h2 id=${id}>${title}</h2>
        ${content}
        <button class="quiet" type="button" @click=${this.close}>${this.text.cameras.close}</button>
      </dialog>
    `;
  }

  #handleClick({ target, currentTarget }: Event): void {
    if (target === currentTarget) this.close();
  }
}
