import type { Camera, CameraList } from '../domain/cameras/camera-list.ts';
import { storedCameras } from '../domain/cameras/stored-cameras.ts';
import { StoredList } from './stored-list.ts';

/** The cameras that this browser keeps. */
export class CameraStore extends StoredList<Camera> {
  constructor() {
    super(storedCameras);
  }

  /**
   * A change that a person asked for. A browser may delete what a page keeps; here it is asked not to. Some ask the person,
   * who knows what it is about.
   */
  arrange(change: (cameras: CameraList) => CameraList): void {
    this.update(change);
    // Unknown over plain http.
    void navigator.storage?.persist?.().catch(() => undefined);
  }
}
