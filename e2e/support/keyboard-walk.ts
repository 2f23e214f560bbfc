/** What Tab reaches on a page, shadow roots included, and whether a person sees where they are. */
import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';

export interface KeyboardWalk {
  /** What can be used, in the page's order; while a dialog is open, what is in it. */
  readonly usable: readonly string[];
  /** Where Tab stopped, beginning with the first of `usable`. */
  readonly stops: readonly string[];
  /** Stops that nothing shows. */
  readonly unseen: readonly string[];
}

/** Presses Tab until it has been everywhere. Again where the page passed into its next state on the way. */
export async function walkByKeyboard(page: Page): Promise<KeyboardWalk> {
  for (;;) {
    const walk = await walkOnce(page);
    if (isDeepStrictEqual(await page.evaluate(namesOfUsable, { areNew: false }), walk.usable)) return walk;
  }
}

async function walkOnce(page: Page): Promise<KeyboardWalk> {
  const usable = await page.evaluate(namesOfUsable, { areNew: true });
  const stops: string[] = [];
  const unseen = new Set<string>();
  // Once around, and a stop between the last and the first that is the browser's own.
  for (let press = 0; press < usable.length + 1; press++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(whereTheFocusIs);
    if (stop === undefined) continue;
    stops.push(stop.name);
    if (!stop.isSeen) unseen.add(stop.name);
  }
  const first = stops.indexOf(usable[0] ?? '');
  const around = [...stops.slice(first), ...stops.slice(0, first)].slice(0, usable.length);
  return { usable, stops: around, unseen: [...unseen] };
}

/** In the browser. New ones are each of its own, and kept; what has come since they were given has none. */
function namesOfUsable({ areNew }: { readonly areNew: boolean }): string[] {
  const USABLE = 'a[href], button, input, select, textarea, [tabindex]';
  const names: string[] = [];
  const isUsable = (element: HTMLElement): boolean => {
    if (!element.matches(USABLE) || element.tabIndex < 0 || element.matches(':disabled')) return false;
    // Of radio buttons, Tab reaches the one that is chosen.
    if (element instanceof HTMLInputElement && element.type === 'radio' && !element.checked) return false;
    return element.checkVisibility({ visibilityProperty: true });
  };
  const visit = (root: Element | ShadowRoot): void => {
    if (root instanceof HTMLElement && isUsable(root)) {
      const label = root.ariaLabel || root.id || root.textContent;
      if (areNew) root.dataset['stop'] = `${names.length + 1} ${root.localName} ${label.trim()}`;
      names.push(root.dataset['stop'] ?? 'none');
    }
    if (root instanceof Element && root.shadowRoot !== null) visit(root.shadowRoot);
    for (const child of root instanceof HTMLSlotElement ? root.assignedElements() : root.children)
      visit(child);
  };
  visit(document.querySelector('dialog[open]') ?? document.body);
  return names;
}

/** In the browser. Undefined where it is on nothing of the page. */
function whereTheFocusIs(): { readonly name: string; readonly isSeen: boolean } | undefined {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  if (!(focused instanceof HTMLElement) || focused === document.body) return undefined;
  const isOutlined = (element: Element): boolean => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
    const isClear = /^rgba\(.*, 0\)$/.test(outlineColor);
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && !isClear;
  };
  // A field for a file is hidden by its label, which is what one sees.
  const shown = [focused, ...((focused as HTMLInputElement).labels ?? [])];
  return { name: focused.dataset['stop'] ?? focused.outerHTML.slice(0, 80), isSeen: shown.some(isOutlined) };
}
