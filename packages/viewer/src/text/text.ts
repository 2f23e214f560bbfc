/** Which language a person reads: the page's word first, then the browser's list. */
import { de } from './de.ts';
import { en, type Text } from './en.ts';

export type { Text } from './en.ts';

const ALL: readonly Text[] = [en, de];

/** The first of `languages` (BCP 47 tags, such as `de-AT`) that there is; English where there is none. */
export function textFor(languages: readonly string[]): Text {
  return choose(ALL, languages) ?? en;
}

/** The words in the first of `languages` that there are. */
export function choose<T extends { readonly code: string }>(
  all: readonly T[],
  languages: readonly string[],
): T | undefined {
  for (const language of languages) {
    const [primary] = language.toLowerCase().split('-');
    const found = all.find(({ code }) => code === primary);
    if (found !== undefined) return found;
  }
  return undefined;
}
