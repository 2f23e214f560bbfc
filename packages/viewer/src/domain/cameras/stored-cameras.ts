/**
 * How the list stands in the browser's storage: JSON that anything may have written, an older version of ours too, and
 * is checked. What is wrong in it is left out, and costs nothing else.
 */
import { linkTo, parseSource } from '../source.ts';
import { type Camera, type CameraList, cameraKey, MAX_CAMERAS, MAX_NAME_CHARS } from './camera-list.ts';
import { parseArray } from './stored-array.ts';

/** The version is in the key: a later one finds this one's list, and this one never writes over a later one's. */
const STORAGE_KEY = 'perch.cameras.1';

function writeCameras(cameras: CameraList): string {
  return JSON.stringify(
    cameras.map(({ server, streamId, token, name, refused }) => ({
      server,
      stream: streamId,
      ...(token === undefined ? {} : { token }),
      ...(name === undefined ? {} : { name }),
      ...(refused ? { refused } : {}),
    })),
  );
}

function readCameras(stored: string | null): CameraList {
  const found = new Map<string, Camera>();
  for (const entry of parseArray(stored)) {
    const camera = readCamera(entry);
    if (camera !== undefined && found.size < MAX_CAMERAS) found.set(cameraKey(camera), camera);
  }
  return [...found.values()];
}

function readCamera(entry: unknown): Camera | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { server, stream, token, name, refused } = entry as Record<string, unknown>;
  if (typeof server !== 'string' || typeof stream !== 'string') return undefined;
  const key = typeof token === 'string' ? token : undefined;
  // A camera is what a link can name, so its link is what is checked.
  const source = parseSource(linkTo({ server, streamId: stream, token: key }), 'about:blank');
  if (source?.server !== server || source.streamId !== stream) return undefined;
  const title = typeof name === 'string' ? name.trim().slice(0, MAX_NAME_CHARS) : '';
  return { ...source, name: title === '' ? undefined : title, refused: refused === true };
}

export const storedCameras = { key: STORAGE_KEY, read: readCameras, write: writeCameras } as const;
