import { parseSource } from '../domain/source.ts';
import type { PerchPlayer } from '../player/perch-player.ts';

/** Keeps a camera of this server in the browser's list once its picture was seen: its link works, then. */
export function rememberWhenLive(player: PerchPlayer): void {
  player.addEventListener('playing', async () => {
    const source = parseSource(player.src, location.href);
    if (source?.server !== location.origin) return;
    // Nobody waits for it, so it is not in the page's first JavaScript.
    const [{ CameraStore }, { remember }] = await Promise.all([
      import('../adapters/camera-store.ts'),
      import('../domain/cameras/camera-list.ts'),
    ]);
    new CameraStore().update((cameras) => remember(cameras, source));
  });
}
