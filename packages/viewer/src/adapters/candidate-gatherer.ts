import type { GatherCandidates } from '../domain/check/check-ports.ts';
import { toBrowser } from './browser-ice-servers.ts';

const TYPES: ReadonlySet<string> = new Set(['host', 'srflx', 'relay']);

/** Whether there is `icecandidateerror`: Chromium 77, Safari 14.1 and Firefox 150 have it (MDN's compatibility data). */
export const tellsRefusals = (): boolean => 'onicecandidateerror' in RTCPeerConnection.prototype;

/** An RTCPeerConnection that only gathers (W3C WebRTC 1.0, section 5.6): it is never connected to anything. */
export const gatherCandidates: GatherCandidates = (iceServers, events) => {
  const peer = new RTCPeerConnection({ iceServers: toBrowser(iceServers) });
  const listening = new AbortController();
  const { signal } = listening;
  peer.addEventListener(
    'icecandidate',
    ({ candidate }) => {
      const type = candidate?.type;
      if (type && TYPES.has(type)) events.onCandidate(type as 'host' | 'srflx' | 'relay');
    },
    { signal },
  );
  // Without it a server that refuses looks like one that is silent.
  peer.addEventListener(
    'icecandidateerror',
    ({ url, errorCode }) => events.onRefused({ url, code: errorCode }),
    { signal },
  );
  peer.addEventListener(
    'icegatheringstatechange',
    () => {
      if (peer.iceGatheringState === 'complete') events.onComplete();
    },
    { signal },
  );
  peer.addTransceiver('video', { direction: 'recvonly' });
  peer
    .createOffer()
    .then((offer) => peer.setLocalDescription(offer))
    // It was closed meanwhile.
    .catch(() => undefined);
  return () => {
    listening.abort();
    peer.close();
  };
};
