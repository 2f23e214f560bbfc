/**
 * The cameras that a person keeps in this browser, of any server, in their order. Pure: a list goes in, a list comes out.
 * Where it is kept is the adapter's; what the servers say of the cameras is in `camera-rows.ts`.
 */
import { linkTo, type Source } from '../source.ts';
import { lifeOf } from './token-life.ts';

export interface Camera extends Source {
  /** What the person calls it; the stream's name where undefined. */
  readonly name: string | undefined;
  /** The server took the token no more, so that any other one is better. */
  readonly refused: boolean;
}

export type CameraList = readonly Camera[];

/** More than a person can look through. What a link of somebody else's adds must not fill the browser's storage. */
export const MAX_CAMERAS = 200;

/** A heading of one line on a phone. */
export const MAX_NAME_CHARS = 60;

/** Names a camera among all servers': its link without the token. */
export function cameraKey({ server, streamId }: Pick<Source, 'server' | 'streamId'>): string {
  return linkTo({ server, streamId, token: undefined });
}

export function titleOf({ name, streamId }: Pick<Camera, 'name' | 'streamId'>): string {
  return name ?? streamId;
}

/** Adds a camera at the end; of one that is there already, the better token is kept. */
export function remember(cameras: CameraList, source: Source): CameraList {
  const key = cameraKey(source);
  const known = cameras.find((camera) => cameraKey(camera) === key);
  if (known === undefined) {
    const { server, streamId, token } = source;
    const added = { server, streamId, token, name: undefined, refused: false };
    return cameras.length < MAX_CAMERAS ? [...cameras, added] : cameras;
  }
  if (known.token === source.token || !isBetter(source.token, known)) return cameras;
  return change(cameras, key, () => ({ ...known, token: source.token, refused: false }));
}

/** An empty name takes the person's own one away. */
export function rename(cameras: CameraList, key: string, name: string): CameraList {
  const given = name.trim().slice(0, MAX_NAME_CHARS).trim();
  return change(cameras, key, (camera) => ({
    ...camera,
    name: given === '' || given === camera.streamId ? undefined : given,
  }));
}

/** To the place `to` of the list, or the nearest that there is. */
export function move(cameras: CameraList, key: string, to: number): CameraList {
  const moved = cameras.find((camera) => cameraKey(camera) === key);
  if (moved === undefined) return cameras;
  const others = forget(cameras, key);
  const place = Math.max(to, 0);
  return [...others.slice(0, place), moved, ...others.slice(place)];
}

export function forget(cameras: CameraList, key: string): CameraList {
  return cameras.filter((camera) => cameraKey(camera) !== key);
}

/** The server's word on the camera's token. */
export function markRefused(cameras: CameraList, key: string, refused: boolean): CameraList {
  return change(cameras, key, (camera) => (camera.refused === refused ? camera : { ...camera, refused }));
}

/** A link for a day that a friend sent must not take the place of one's own, which lasts. */
function isBetter(token: string | undefined, known: Camera): boolean {
  if (token === undefined) return false;
  if (known.token === undefined || known.refused) return true;
  const [its, ours] = [lifeOf(token), lifeOf(known.token)];
  if (its.expiresAt !== ours.expiresAt) return its.expiresAt > ours.expiresAt;
  return its.issuedAt >= ours.issuedAt;
}

function change(cameras: CameraList, key: string, to: (camera: Camera) => Camera): CameraList {
  return cameras.map((camera) => (cameraKey(camera) === key ? to(camera) : camera));
}
