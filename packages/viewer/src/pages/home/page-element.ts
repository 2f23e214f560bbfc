import { LitElement } from 'lit';
import { homeTextFor } from '../../text/home-text.ts';

/** A part of the page, which the page's own style sheet reaches. Not for pages of others: it has no shadow root. */
export class PageElement extends LitElement {
  protected readonly text = homeTextFor(navigator.languages);

  protected override createRenderRoot(): this {
    return this;
  }
}

/** Opens a `<dialog>` modally; a click beside it closes it, as Escape does. The browser gives the focus back. */
export function showDialog(dialog: HTMLDialogElement): void {
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  dialog.showModal();
}
