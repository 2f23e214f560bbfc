import type { Candidate, Media, MediaConnection, MediaEvents } from '../domain/ports.ts';
import { toBrowser } from './browser-ice-servers.ts';
import type { Screen } from './screen.ts';
import { readCounters } from './stream-stats.ts';

/** RTCPeerConnection (W3C WebRTC 1.0), receiving only, with its video on `screen`. */
export function browserMedia(screen: Screen): Media {
  const ahead = new PeerAhead();
  let opened = 0;
  return {
    supported: typeof RTCPeerConnection === 'function',
    open: (iceServers, events) => {
      const peer = ahead.take(toBrowser(iceServers));
      opened += 1;
      return openConnection(screen, { peer, connection: opened }, events);
    },
    clear: () => {
      ahead.close();
      screen.clear();
    },
  };
}

/**
 * A page's first RTCPeerConnection, which starts threads, looks for codecs and asks for the networks: some 6 ms in
 * Chromium between offer and answer. So it is made while the page waits for a click or the server. It sends nothing.
 */
class PeerAhead {
  #peer: RTCPeerConnection | undefined;
  #isOver = false;

  constructor() {
    // Where a link plays at once, the socket is on its way by then.
    setTimeout(() => {
      if (!this.#isOver && canBeConfigured()) this.#peer = new RTCPeerConnection();
    });
  }

  /** The one that was made ahead, or a new one. */
  take(iceServers: RTCIceServer[]): RTCPeerConnection {
    const peer = this.#peer;
    this.#peer = undefined;
    this.#isOver = true;
    if (peer === undefined) return new RTCPeerConnection({ iceServers });
    try {
      peer.setConfiguration({ iceServers });
    } catch (error) {
      peer.close();
      throw error;
    }
    return peer;
  }

  close(): void {
    this.#peer?.close();
    this.#peer = undefined;
    this.#isOver = true;
  }
}

/** Firefox can from 119 on. */
function canBeConfigured(): boolean {
  return typeof RTCPeerConnection === 'function' && 'setConfiguration' in RTCPeerConnection.prototype;
}

function openConnection(
  screen: Screen,
  { peer, connection }: { peer: RTCPeerConnection; connection: number },
  events: MediaEvents,
): MediaConnection {
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
    counters: () => readCounters(peer, connection).catch(() => undefined),
    close: () => {
      listening.abort();
      screen.end(stream);
      peer.close();
    },
  };
}

function toWire({ candidate, sdpMid, sdpMLineIndex }: RTCIceCandidate): Candidate {
  return { candidate, sdpMid, sdpMLineIndex };
}
