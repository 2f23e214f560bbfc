/**
 * The first lines of the watch page, written into its HTML by the build: calls the server and asks for the stream while the
 * page's scripts are on their way. The player's first WebSocket takes it over; without it the player asks by itself, later.
 */
import { giveHeadStart } from '../../adapters/head-start.ts';
import { signalingUrl } from '../../adapters/signaling-url.ts';
import { firstJoin } from '../../domain/first-join.ts';
import { tokenOfLink } from '../../domain/link-token.ts';
import { streamOfLink } from '../../domain/stream-link.ts';

const streamId = streamOfLink(location.pathname, location.search);
if (streamId !== undefined && 'RTCPeerConnection' in window) {
  giveHeadStart(
    signalingUrl(location.origin),
    JSON.stringify(firstJoin(streamId, tokenOfLink(location).token)),
  );
}
