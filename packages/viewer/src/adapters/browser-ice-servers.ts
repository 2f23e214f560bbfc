import type { IceServer } from '@perch/protocol';

/** A browser throws at a TURN server without credentials, and takes none of the list. */
export function toBrowser(iceServers: readonly IceServer[]): RTCIceServer[] {
  return iceServers
    .filter(
      (server) =>
        server.urls.length > 0 &&
        (server.credential !== undefined || !server.urls.some((url) => url.startsWith('turn'))),
    )
    .map((server) => ({ ...server, urls: [...server.urls] }));
}
