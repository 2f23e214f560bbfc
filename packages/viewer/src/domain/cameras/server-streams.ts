/**
 * What this page's server says of the cameras. An open server lists all its streams to anyone; a closed one tells of each
 * stream to whoever holds its token, so each camera is asked for with its own.
 */
import { type Camera, type CameraList, cameraKey } from './camera-list.ts';
import type { ListedStream, ServerStreams, StreamState } from './camera-rows.ts';

/** The answer to `GET /api/streams`. */
export type Listing =
  | { readonly ok: true; readonly streams: readonly ServerStream[] }
  | { readonly ok: false; readonly code: string };

export interface ServerStream {
  readonly streamId: string;
  readonly live: boolean;
  readonly viewers: number;
  /** Its token may make links for others. */
  readonly mayShare: boolean;
}

/** Rejects when the server gives no answer. */
export type ListStreams = (token: string | undefined) => Promise<Listing>;

/** `cameras` are this server's alone. `open` is what was found before, so that a closed server is not asked in vain. */
export async function readServerStreams(
  list: ListStreams,
  server: string,
  cameras: CameraList,
  open: boolean | undefined,
): Promise<ServerStreams> {
  const all: Listing = open === false ? { ok: false, code: 'token-missing' } : await list(undefined);
  const streams = new Map<string, ListedStream>();
  if (all.ok) {
    for (const stream of all.streams) {
      const { streamId } = stream;
      streams.set(cameraKey({ server, streamId }), { streamId, stream: stateOf(stream) });
    }
    return { open: true, streams };
  }
  await Promise.all(
    cameras.map(async (camera) => {
      const stream = await readCamera(list, camera);
      streams.set(cameraKey(camera), { streamId: camera.streamId, stream });
    }),
  );
  return { open: false, streams };
}

async function readCamera(list: ListStreams, { streamId, token }: Camera): Promise<StreamState> {
  if (token === undefined) return { state: 'refused', code: 'token-missing' };
  const listing = await list(token);
  if (!listing.ok) return { state: 'refused', code: listing.code };
  const stream = listing.streams.find((candidate) => candidate.streamId === streamId);
  return stream === undefined ? { state: 'refused', code: 'forbidden' } : stateOf(stream);
}

function stateOf({ live, viewers, mayShare }: ServerStream): StreamState {
  return { state: live ? 'live' : 'offline', viewers, mayShare };
}
