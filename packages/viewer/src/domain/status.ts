/** What the person is told: exactly one of these at any time. Its sentence is in `text/`. */
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
  /** What was given as `src` names no stream of any server. */
  | 'bad-source'
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
      /** `page`: the server is there, and lets pages of this origin use nothing. */
      readonly why: 'server' | 'media' | 'page';
      /** Why only a direct connection is tried. */
      readonly noRelay?: string;
    }
  /** Somebody or something put an end to what was watched. */
  | ({ readonly state: 'ended' } & End)
  /** The same before there was a picture. */
  | ({ readonly state: 'refused' } & End);

interface End {
  readonly why: EndReason;
  /** The refuser's own words. */
  readonly detail?: string;
}

/** Nobody tries any more: it would end in the same way. */
export type Over = Extract<Status, End>;

export function hasEnded(status: Status): status is Over {
  return status.state === 'ended' || status.state === 'refused';
}

export function isSameStatus(a: Status, b: Status): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
