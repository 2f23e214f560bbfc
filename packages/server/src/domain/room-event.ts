/** What the rooms report to whoever keeps the log and the counters. */
import type { ErrorCode } from '@perch/protocol';

export type RoomEvent =
  | { readonly type: 'broadcaster-registered'; readonly streamId: string; readonly replaced: boolean }
  | { readonly type: 'broadcaster-left'; readonly streamId: string }
  | {
      readonly type: 'viewer-joined';
      readonly streamId: string;
      readonly viewerId: string;
      readonly resumed: boolean;
    }
  | { readonly type: 'viewer-left'; readonly streamId: string; readonly viewerId: string }
  | { readonly type: 'refused'; readonly code: ErrorCode };
