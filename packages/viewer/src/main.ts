/** The viewer page's composition root: the only place that joins domain, adapters and the page. */
import { browserClock } from './adapters/browser-clock.ts';
import { browserMedia } from './adapters/browser-media.ts';
import { watchNetwork } from './adapters/browser-network.ts';
import { browserSocketOpener, signalingUrl } from './adapters/browser-socket.ts';
import { installFullscreen } from './adapters/fullscreen.ts';
import { findElements, installControls, renderStatus } from './adapters/page.ts';
import { Screen } from './adapters/screen.ts';
import { fetchTurnCredentials } from './adapters/turn-credentials.ts';
import { tokenOfLink } from './domain/link-token.ts';
import { Player } from './domain/player.ts';
import { streamOfLink } from './domain/stream-link.ts';

const elements = findElements(document);
const player = new Player(
  {
    clock: browserClock,
    random: Math.random,
    openSocket: browserSocketOpener(signalingUrl(location)),
    media: browserMedia(new Screen(elements)),
    fetchIceServers: fetchTurnCredentials,
  },
  { visible: !document.hidden, onStatus: (status) => renderStatus(elements, status) },
);

installControls(elements, {
  onConnect: (streamId) => player.connect(streamId, takeToken()),
  onDisconnect: () => player.disconnect(),
});
installFullscreen({ frame: elements.frame, video: elements.video, button: elements.fullscreenButton });
document.addEventListener('visibilitychange', () => player.handleVisible(!document.hidden));
watchNetwork(() => player.handleNetworkChange());
renderStatus(elements, player.status);

watchLinked();
// Another link to this page, pasted over the one that is open, loads nothing anew.
addEventListener('hashchange', watchLinked);

function watchLinked(): void {
  const token = takeToken();
  const linked = streamOfLink(location.pathname, location.search);
  if (linked === undefined) return;
  elements.streamId.value = linked;
  player.connect(linked, token);
}

/** Reads the link's token, and moves it to where browsers keep it to themselves. */
function takeToken(): string | undefined {
  const { token, address } = tokenOfLink(location);
  if (address !== undefined) history.replaceState(history.state, '', address);
  return token;
}
