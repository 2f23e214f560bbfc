import type { CameraList } from '../domain/cameras/camera-list.ts';
import { readCameras, STORAGE_KEY, writeCameras } from '../domain/cameras/stored-cameras.ts';

/** The list of cameras in this browser's `localStorage`, which all tabs of this server share. */
export class CameraStore {
  /** Where the browser keeps nothing (storage blocked, or full), the list lasts as long as the page. */
  #unkept: CameraList | undefined;
  readonly #listeners = new Set<() => void>();

  read(): CameraList {
    if (this.#unkept !== undefined) return this.#unkept;
    try {
      return readCameras(localStorage.getItem(STORAGE_KEY));
    } catch {
      return [];
    }
  }

  /** Reads first: another tab may have changed it meanwhile. */
  update(change: (cameras: CameraList) => CameraList): CameraList {
    const before = this.read();
    const cameras = change(before);
    if (cameras === before) return cameras;
    try {
      localStorage.setItem(STORAGE_KEY, writeCameras(cameras));
      this.#unkept = undefined;
    } catch {
      this.#unkept = cameras;
    }
    for (const listener of this.#listeners) listener();
    return cameras;
  }

  /** Calls back when this store or another tab changed it. */
  watch(onChange: () => void, signal: AbortSignal): void {
    this.#listeners.add(onChange);
    signal.addEventListener('abort', () => this.#listeners.delete(onChange));
    const handle = ({ key }: StorageEvent) => {
      if (key === STORAGE_KEY || key === null) onChange();
    };
    addEventListener('storage', handle, { signal });
  }
}
