import type { Page } from 'playwright-core';

/** Stands in for a phone that plays nothing unasked, as iOS does when it saves power. Before the page is loaded. */
export function playNothingUnasked(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    let touched = false;
    const touch = () => {
      touched = true;
    };
    for (const type of ['pointerdown', 'keydown']) addEventListener(type, touch, true);
    const { play } = HTMLMediaElement.prototype;
    const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
    Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
      ...source,
      set(this: HTMLMediaElement, stream: MediaStream | null) {
        this.removeAttribute('autoplay');
        source?.set?.call(this, stream);
      },
    });
    HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
      return touched ? play.call(this) : Promise.reject(new DOMException('not unasked', 'NotAllowedError'));
    };
  });
}
