import type { ClientMessage } from '@perch/protocol';

/** The `join` of somebody who was not there before (SPEC.md, JOIN1). */
export function firstJoin(streamId: string, token: string | undefined): ClientMessage & { type: 'join' } {
  return { type: 'join', stream_id: streamId, ...(token !== undefined && { token }) };
}
