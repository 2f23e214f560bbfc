/** The viewer page's composition root: the only place that joins domain, adapters and the page. */
import { browserClock } from './adapters/browser-clock.ts';
import { browserMedia } from './adapters/browser-media.ts';
import { watchNetwork } from './adapters/browser-network.ts';
import { browserSocketOpener, signalingUrl } from './adapters/browser-socket.ts';
import { installFullscreen } from './adapters/fullscreen.ts';
import { findElements, installControls, renderStatus } from './adapters/page.ts';
import { Screen } from './adapters/screen.ts';
import { fetchTurnCredentials } from './adapters/turn-credentials.ts';
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
  onConnect: (streamId) => player.connect(streamId),
  onDisconnect: () => player.disconnect(),
});
installFullscreen({ frame: elements.frame, video: elements.video, button: elements.fullscreenButton });
document.addEventListener('visibilitychange', () => player.handleVisible(!document.hidden));
watchNetwork(() => player.handleNetworkChange());
renderStatus(elements, player.status);

const linked = streamOfLink(location.pathname, location.search);
if (linked !== undefined) {
  elements.streamId.value = linked;
  player.connect(linked);
}
