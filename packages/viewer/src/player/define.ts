/** Makes `<perch-player>` known to the page: for a script tag, and for pages of ours. */
import { isTooOld } from '../adapters/is-too-old.ts';
import { PerchPlayer } from './perch-player.ts';

export type { PerchPlayer };

// Two script tags of one page may both bring it.
if (customElements.get('perch-player') === undefined && !isTooOld())
  customElements.define('perch-player', PerchPlayer);
