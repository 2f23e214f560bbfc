import type { Camera } from '../domain/cameras/camera-list.ts';
import { storedCameras } from '../domain/cameras/stored-cameras.ts';
import { StoredList } from './stored-list.ts';

/** The cameras that this browser keeps. */
export class CameraStore extends StoredList<Camera> {
  constructor() {
    super(storedCameras);
  }
}
