/** What the person is told: exactly one of these at any time, and a sentence for each. */
import type { ErrorCode } from '@perch/protocol';

export type ConnectingStep =
  /** The WebSocket is opening. */
  | 'server'
  /** `join` is sent. */
  | 'joining'
  /** In the room; the camera's offer has not come. */
  | 'waiting-for-offer'
  /** The offer is being answered, or no frame has been shown since. */
  | 'media'
  /** The browser plays only after a touch. */
  | 'tap';

export type EndReason =
  | Extract<
      ErrorCode,
      | 'replaced'
      | 'refused'
      | 'bad-stream-id'
      | 'too-many-viewers'
      | 'too-many-streams'
      | 'not-acceptable'
      | 'token-missing'
      | 'token-invalid'
      | 'token-expired'
      | 'token-revoked'
      | 'forbidden'
    >
  /** The browser has no WebRTC, or it is turned off. */
  | 'no-webrtc';

export type Status =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting'; readonly step: ConnectingStep; readonly noRelay?: string }
  | { readonly state: 'waiting-for-camera' }
  /** It is connected, and gives no pictures for a moment. */
  | { readonly state: 'camera-restarting' }
  /** Frames are being shown. They do not need the server: it may be out of reach meanwhile. */
  | { readonly state: 'live'; readonly serverLost: boolean }
  | {
      readonly state: 'reconnecting';
      readonly attempt: number;
      readonly retryInMs: number;
      readonly why: 'server' | 'media';
      /** Why only a direct connection is tried. */
      readonly noRelay?: string;
    }
  | { readonly state: 'ended'; readonly why: EndReason; readonly detail?: string };

export function isSameStatus(a: Status, b: Status): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** One sentence for a person. It does not count attempts: a screen reader would read each of them aloud. */
export function describeStatus(status: Status): string {
  switch (status.state) {
    case 'idle':
      return 'Not connected.';
    case 'connecting':
      return describeStep(status.step) + describeNoRelay(status.noRelay);
    case 'waiting-for-camera':
      return 'The camera is offline. Its picture will start by itself.';
    case 'camera-restarting':
      return 'The camera is restarting. Its picture comes back by itself.';
    case 'live':
      return status.serverLost ? 'Live. The server is out of reach; the picture goes on without it.' : 'Live';
    case 'reconnecting':
      return status.why === 'server'
        ? 'The server can’t be reached. Trying again…'
        : `No picture is arriving. Asking the camera again…${describeNoRelay(status.noRelay)}`;
    case 'ended':
      return describeEnd(status.why, status.detail);
    default:
      return status satisfies never;
  }
}

function describeStep(step: ConnectingStep): string {
  switch (step) {
    case 'server':
      return 'Calling the server…';
    case 'joining':
      return 'Asking for the stream…';
    case 'waiting-for-offer':
      return 'Waiting for the camera to answer…';
    case 'media':
      return 'Opening the video…';
    case 'tap':
      return 'Tap to start the picture.';
    default:
      return step satisfies never;
  }
}

/** Where the networks allow no direct connection, only the owner can help, and needs to know why. */
function describeNoRelay(why: string | undefined): string {
  return why === undefined ? '' : ` Only a direct connection can be tried: ${why}.`;
}

function describeEnd(why: EndReason, detail: string | undefined): string {
  switch (why) {
    case 'replaced':
      return 'Stopped: another connection took the place of this one.';
    case 'bad-stream-id':
      return 'That is not a stream name. Please check it.';
    case 'too-many-viewers':
      return 'The camera has as many viewers as it can serve. Please try later.';
    case 'too-many-streams':
      return 'The server has as many streams as it takes. Please try later.';
    case 'token-missing':
      return 'This link is not complete. Please ask the camera’s owner for one with a key in it.';
    case 'token-invalid':
      return 'This link’s key is not one of this server. Please ask the camera’s owner for a new link.';
    case 'token-expired':
      return 'This link has expired. Please ask the camera’s owner for a new one.';
    case 'token-revoked':
      return 'This link is no longer valid. Please ask the camera’s owner for a new one.';
    case 'forbidden':
      return 'This link is for another camera. Please ask the camera’s owner for one for this camera.';
    case 'not-acceptable':
      return 'This browser can’t show the camera’s video.';
    case 'no-webrtc':
      return 'This browser has no WebRTC, which live video needs.';
    case 'refused':
      return detail ? `Refused: ${detail}` : 'The server refused the connection.';
    default:
      return why satisfies never;
  }
}
