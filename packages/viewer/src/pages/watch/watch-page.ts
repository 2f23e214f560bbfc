/** `/watch/STREAM#token=…`: the picture from edge to edge. The page is about one player, so its keys work anywhere on it. */
import '../../player/define.ts';
import { streamOfLink } from '../../domain/stream-link.ts';
import type { PerchPlayer } from '../../player/perch-player.ts';
import { textFor } from '../../text/text.ts';
import { takePageToken } from '../page-token.ts';
import { registerServiceWorker } from '../register-service-worker.ts';
import { rememberWhenLive } from '../remember-when-live.ts';
import { keepLinkInIcon } from './camera-icon.ts';

const text = textFor(navigator.languages);
document.documentElement.lang = text.code;
const player = document.querySelector('perch-player') as PerchPlayer;
const name = streamOfLink(location.pathname, location.search) ?? 'Perch';

watch();
keepLinkInIcon(name);
rememberWhenLive(player);
// Whoever sees a picture may come back for it; the first one is not to wait for this.
player.addEventListener('playing', () => void registerServiceWorker(), { once: true });
if (!isSecureContext) player.addEventListener('playing', () => void explainPlainHttp(), { once: true });
// Another link to this page, pasted over the one that is open, loads nothing anew.
addEventListener('hashchange', watch);
addEventListener('keydown', (event) => player.handleKey(event));
player.addEventListener('statuschange', showTitle);

function watch(): void {
  takePageToken();
  player.src = location.href;
  showTitle();
}

/** The name first: tabs are narrow. */
function showTitle(): void {
  (document.querySelector('h1') as HTMLElement).textContent = name;
  document.title = `${name} · ${text.watch[player.status.state]}`;
}

async function explainPlainHttp(): Promise<void> {
  const { showPlainHttpHint } = await import('./plain-http-hint.ts');
  showPlainHttpHint(document.querySelector('main') as HTMLElement);
}
