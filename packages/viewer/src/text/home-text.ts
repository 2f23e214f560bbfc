import { de } from './home-de.ts';
import { en, type HomeText } from './home-en.ts';
import { choose } from './text.ts';

export type { HomeText } from './home-en.ts';

/** The cameras page's words in the first of `languages` that there is; English where there is none. */
export function homeTextFor(languages: readonly string[]): HomeText {
  return choose([de, en], languages) ?? en;
}
