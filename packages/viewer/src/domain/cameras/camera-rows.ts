/** What the cameras page shows: the kept cameras, joined with what this page's server says of its streams. */
import { type Camera, type CameraList, cameraKey } from './camera-list.ts';

/** One stream of `GET /api/streams`, or why the server did not tell. */
export type StreamState =
  /** Not asked yet, or a camera of another server, which this page can't ask. */
  | { readonly state: 'unknown' }
  | { readonly state: 'live' | 'offline'; readonly viewers: number; readonly mayShare: boolean }
  /** The token is not taken; `code` is the server's error code. */
  | { readonly state: 'refused'; readonly code: string };

export interface CameraRow {
  readonly key: string;
  readonly camera: Camera;
  readonly stream: StreamState;
  /** Of another server than this page's. */
  readonly elsewhere: boolean;
  /** In the browser's list, and not only in the server's. */
  readonly kept: boolean;
}

/** What the server said when it was asked last. */
export interface ServerStreams {
  /** It lists all its streams to anyone; else it tells of the kept cameras alone. */
  readonly open: boolean;
  /** By `cameraKey`. */
  readonly streams: ReadonlyMap<string, ListedStream>;
}

export interface ListedStream {
  readonly streamId: string;
  readonly stream: StreamState;
}

/** Kept cameras in their order, then what an open server lists besides, by name. */
export function cameraRows(
  cameras: CameraList,
  found: ServerStreams | undefined,
  server: string,
): readonly CameraRow[] {
  const rows = cameras.map((camera): CameraRow => {
    const key = cameraKey(camera);
    const elsewhere = camera.server !== server;
    const unlisted = found?.open && !elsewhere ? OFFLINE : UNKNOWN;
    return { key, camera, stream: found?.streams.get(key)?.stream ?? unlisted, elsewhere, kept: true };
  });
  if (!found?.open) return rows;
  const kept = new Set(rows.map(({ key }) => key));
  const others = [...found.streams]
    .filter(([key]) => !kept.has(key))
    .sort(([, a], [, b]) => a.streamId.localeCompare(b.streamId))
    .map(([key, { streamId, stream }]): CameraRow => {
      const camera = { server, streamId, token: undefined, name: undefined, refused: false };
      return { key, camera, stream, elsewhere: false, kept: false };
    });
  return [...rows, ...others];
}

const OFFLINE: StreamState = { state: 'offline', viewers: 0, mayShare: false };

const UNKNOWN: StreamState = { state: 'unknown' };

/**
 * The cameras of the page `page` of a wall of `size`: this server's alone, as another server's can't be played here,
 * and those that are live first.
 */
export function wallPage(rows: readonly CameraRow[], size: number, page: number): readonly CameraRow[] {
  const playable = rows.filter(({ elsewhere, stream }) => !elsewhere && stream.state !== 'refused');
  const [live, others] = [playable.filter(isLive), playable.filter((row) => !isLive(row))];
  return [...live, ...others].slice(page * size, (page + 1) * size);
}

function isLive({ stream }: CameraRow): boolean {
  return stream.state === 'live';
}
