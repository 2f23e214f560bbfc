/** What a broadcaster and a viewer say to each other until they are connected: the messages of one session. */

/** No stream and no address gets so many viewers that a server would mind. */
export const STREAM_NAMES = Array.from({ length: 100 }, (_, position) => `stream-${position}`);

const CANDIDATES_EACH = 4;

/** Text of a description's shape and length: `lines` of attributes after the first ones. */
function description(lines: number): string {
  const attributes = Array.from(
    { length: lines },
    (_, position) => `a=fmtp:${96 + position} level-asymmetry-allowed=1;packetization-mode=1`,
  );
  return ['v=0', 'o=- 4611731400430051336 2 IN IP4 127.0.0.1', 's=-', 't=0 0', ...attributes, ''].join(
    '\r\n',
  );
}

/** Perch's own offer has some 1.5 KB, Chromium's answer 2.5. */
const OFFER = description(24);
const ANSWER = description(40);

function candidate(to: string, position: number): object {
  const text = `candidate:${position} 1 udp 2113937151 192.168.1.${position} 54400 typ host generation 0 ufrag b6Kh`;
  return { type: 'ice-candidate', to, candidate: text, sdpMid: '0', sdpMLineIndex: 0 };
}

function candidates(to: string): string[] {
  return Array.from({ length: CANDIDATES_EACH }, (_, position) => JSON.stringify(candidate(to, position)));
}

export function fromBroadcaster(viewerId: string): readonly string[] {
  return [JSON.stringify({ type: 'offer', to: viewerId, sdp: OFFER }), ...candidates(viewerId)];
}

export function fromViewer(streamId: string): readonly string[] {
  return [JSON.stringify({ type: 'answer', to: streamId, sdp: ANSWER }), ...candidates(streamId)];
}

/** Of a whole session, both ways. */
export const MESSAGES = fromBroadcaster('').length + fromViewer('').length;
