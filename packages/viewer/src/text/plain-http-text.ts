/** What a page that came over plain http says while a camera is watched. Apart from the rest: loaded there alone. */
import { choose } from './text.ts';

const en = {
  code: 'en',
  hint: 'This page came over plain http. So the screen goes dark while you watch, as it always does, and the page does not open without the server.',
  dismiss: 'Got it',
};

const de: typeof en = {
  code: 'de',
  hint: 'Diese Seite kam über einfaches http. Darum wird der Bildschirm beim Zusehen dunkel wie sonst auch, und ohne den Server öffnet sie sich nicht.',
  dismiss: 'Verstanden',
};

export function plainHttpTextFor(languages: readonly string[]): typeof en {
  return choose([de, en], languages) ?? en;
}
