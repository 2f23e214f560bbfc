import type { IceServer } from '@perch/protocol';
import type { Candidate, Media, MediaConnection, MediaEvents, Route } from '../domain/ports.ts';
import type { Screen } from './screen.ts';

/** RTCPeerConnection (W3C WebRTC 1.0), receiving only, with its video on `screen`. */
export function browserMedia(screen: Screen): Media {
  return {
    supported: typeof RTCPeerConnection === 'function',
    open: (iceServers, events) => openConnection(screen, iceServers, events),
    clear: () => screen.clear(),
  };
}

function openConnection(
  screen: Screen,
  iceServers: readonly IceServer[],
  events: MediaEvents,
): MediaConnection {
  const peer = new RTCPeerConnection({ iceServers: toBrowser(iceServers) });
  const stream = new MediaStream();
  const listening = new AbortController();
  const { signal } = listening;
  peer.addEventListener(
    'track',
    ({ track }) => {
      stream.addTrack(track);
      // Without video there is nothing to show yet; an audio track joins the stream that is shown.
      if (track.kind === 'video') screen.show(stream, events);
    },
    { signal },
  );
  peer.addEventListener(
    'icecandidate',
    ({ candidate }) => {
      if (candidate?.candidate) events.onCandidate(toWire(candidate));
    },
    { signal },
  );
  peer.addEventListener(
    'connectionstatechange',
    () => {
      const state = peer.connectionState;
      if (state === 'connected' || state === 'disconnected' || state === 'failed') events.onConnection(state);
    },
    { signal },
  );
  return {
    answer: async (sdp) => {
      await peer.setRemoteDescription({ type: 'offer', sdp });
      await peer.setLocalDescription(await peer.createAnswer());
      return peer.localDescription?.sdp ?? '';
    },
    addCandidate: (candidate) => {
      // A candidate of a connection that was replaced, or of a family this browser lacks: others remain.
      peer.addIceCandidate({ sdpMid: null, sdpMLineIndex: null, ...candidate }).catch(() => undefined);
    },
    route: () => findRoute(peer).catch(() => undefined),
    close: () => {
      listening.abort();
      screen.end(stream);
      peer.close();
    },
  };
}

async function findRoute(peer: RTCPeerConnection): Promise<Route | undefined> {
  const stats = new Map<string, Stat>();
  for (const [id, stat] of (await peer.getStats()) as ReadonlyMap<string, Stat>) stats.set(id, stat);
  const all = [...stats.values()];
  const selected = all.find(({ type }) => type === 'transport')?.selectedCandidatePairId;
  // Firefox has no such id, and marks the pair itself.
  const pair =
    stats.get(selected ?? '') ?? all.find((stat) => stat.type === 'candidate-pair' && stat.selected);
  if (pair === undefined) return undefined;
  const ends = [pair.localCandidateId, pair.remoteCandidateId].map(
    (id) => stats.get(id ?? '')?.candidateType,
  );
  return ends.includes('relay') ? 'relayed' : 'direct';
}

interface Stat {
  readonly type: string;
  readonly selectedCandidatePairId?: string;
  readonly selected?: boolean;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly candidateType?: string;
}

function toWire({ candidate, sdpMid, sdpMLineIndex }: RTCIceCandidate): Candidate {
  return { candidate, sdpMid, sdpMLineIndex };
}

/** A browser throws at a TURN server without credentials, and takes none of the list. */
function toBrowser(iceServers: readonly IceServer[]): RTCIceServer[] {
  return iceServers
    .filter(
      (server) =>
        server.urls.length > 0 &&
        (server.credential !== undefined || !server.urls.some((url) => url.startsWith('turn'))),
    )
    .map((server) => ({ ...server, urls: [...server.urls] }));
}
