import type { Media, Ports } from '../domain/ports.ts';
import { browserClock } from './browser-clock.ts';
import { browserSocketOpener } from './browser-socket.ts';
import { probeOf } from './server-probe.ts';
import { signalingUrl } from './signaling-url.ts';
import { turnCredentialsOf } from './turn-credentials.ts';

/** What a session with a server, an origin, asks of the browser. */
export function browserPorts(server: string, media: Media): Ports {
  return {
    clock: browserClock,
    random: Math.random,
    openSocket: browserSocketOpener(signalingUrl(server)),
    probeServer: probeOf(server),
    media,
    fetchIceServers: turnCredentialsOf(server),
  };
}
