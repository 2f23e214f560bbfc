/**
 * Passes offers, answers, candidates and a broadcaster's refusals and states between the members of one room (SPEC.md,
 * RELAY rules, ERR3, STATE1). Builds each message anew: `from` is ours, and nothing that is not in the contract passes.
 */
import { type ClientMessageOf, type Refusal, refuse, type ServerMessage } from '@perch/protocol';
import type { Member, Room, Viewer } from './room.ts';

export type RelayedMessage = ClientMessageOf<'offer' | 'answer' | 'ice-candidate' | 'stream-state' | 'error'>;

/** Undefined when the message was passed on. */
export function relay(sender: Member, message: RelayedMessage): Refusal | undefined {
  const { standing } = sender;
  switch (standing.role) {
    case 'guest':
      return refuse('wrong-role', 'register or join first');
    case 'broadcaster':
      return toViewer(standing.room, message);
    case 'viewer':
      return toBroadcaster(standing.room, standing.viewer, message);
    case 'gone':
      return undefined;
  }
}

function toViewer(room: Room, message: RelayedMessage): Refusal | undefined {
  const viewer = room.viewers.get(message.to);
  const offers = viewer?.member.offers ?? false;
  if (message.type === (offers ? 'offer' : 'answer')) {
    return refuse('wrong-role', 'a broadcaster offers, and answers those viewers alone who make the offer');
  }
  if (viewer === undefined) return refuse('unknown-peer', 'no such viewer watches this stream');
  viewer.member.peer.send(stamped(room.streamId, message));
  return undefined;
}

function toBroadcaster(room: Room, viewer: Viewer, message: RelayedMessage): Refusal | undefined {
  if (message.type !== (viewer.member.offers ? 'offer' : 'answer') && message.type !== 'ice-candidate') {
    return refuse('wrong-role', 'a viewer sends answers and candidates only');
  }
  if (message.to !== room.streamId) return refuse('unknown-peer', 'this is not the stream that was joined');
  if (room.broadcaster === undefined) return refuse('unknown-peer', 'the stream has no broadcaster now');
  // What viewers send must not be what the broadcaster is cut off for.
  if (room.broadcaster.peer.isBehind) return refuse('rate-limited', 'The camera is busy; come back later');
  room.broadcaster.peer.send(stamped(viewer.id, message));
  return undefined;
}

function stamped(from: string, message: RelayedMessage): ServerMessage {
  switch (message.type) {
    case 'offer':
      return { type: 'offer', from, sdp: message.sdp, ...fullSize(message) };
    case 'answer':
      return { type: 'answer', from, sdp: message.sdp };
    case 'ice-candidate':
      return {
        type: 'ice-candidate',
        from,
        candidate: message.candidate,
        ...(message.sdpMid === undefined ? {} : { sdpMid: message.sdpMid }),
        ...(message.sdpMLineIndex === undefined ? {} : { sdpMLineIndex: message.sdpMLineIndex }),
      };
    case 'stream-state':
      return { type: 'stream-state', from, state: message.state, ...fullSize(message) };
    case 'error':
      return { type: 'error', from, message: message.message, code: message.code ?? 'refused' };
  }
}

function fullSize({ width, height }: ClientMessageOf<'offer' | 'stream-state'>) {
  return { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) };
}
