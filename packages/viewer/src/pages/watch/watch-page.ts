/** `/watch/STREAM#token=…`: the picture from edge to edge. */
import '../../player/define.ts';
import type { PerchPlayer } from '../../player/perch-player.ts';
import { textFor } from '../../text/text.ts';
import { takePageToken } from '../page-token.ts';

document.documentElement.lang = textFor(navigator.languages).code;
const player = document.querySelector('perch-player') as PerchPlayer;

watch();
// Another link to this page, pasted over the one that is open, loads nothing anew.
addEventListener('hashchange', watch);

function watch(): void {
  takePageToken();
  player.src = location.href;
}
