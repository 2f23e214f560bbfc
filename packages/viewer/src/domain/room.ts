import type { ClientMessage, ServerMessageOf } from '@perch/protocol';
import { firstJoin } from './first-join.ts';

export type CameraState = 'unknown' | 'present' | 'restarting' | 'absent';

/**
 * Our place in the stream's room and what is known of the camera there: the server's word, and what follows from an offer
 * or a picture. Only state: the session writes it, and acts on it.
 */
export class Room {
  readonly #streamId: string;
  readonly #token: string | undefined;
  #joined = false;
  #camera: CameraState = 'unknown';
  #viewerId: string | undefined;
  #resumeToken: string | undefined;
  #tellsArrivals = true;
  #fullPixels: number | undefined;

  constructor({ streamId, token }: { streamId: string; token?: string | undefined }) {
    this.#streamId = streamId;
    this.#token = token;
  }

  /** The last `join` was answered, on the socket that is open now. */
  get joined(): boolean {
    return this.#joined;
  }

  get camera(): CameraState {
    return this.#camera;
  }

  /** Whether another `join` would be answered by an offer. */
  get canAsk(): boolean {
    return this.#joined && this.#camera !== 'absent';
  }

  /** Old servers do not say when the camera comes (no JOIN3). */
  get tellsArrivals(): boolean {
    return this.#tellsArrivals;
  }

  /** Of the camera's full picture, where the camera says how large that is (SPEC.md, STATE5). */
  get fullPixels(): number | undefined {
    return this.#fullPixels;
  }

  /** The next `join`. With `resume` the server is asked to take us back as who we were (SPEC.md, RESUME1). */
  join({ resume }: { resume: boolean }): ClientMessage {
    this.#joined = false;
    const resumeAs = resume ? this.#viewerId : undefined;
    return {
      ...firstJoin(this.#streamId, this.#token),
      ...(resumeAs !== undefined && { viewer_id: resumeAs }),
      ...(resumeAs !== undefined && this.#resumeToken !== undefined && { resume_token: this.#resumeToken }),
    };
  }

  handleJoined(message: ServerMessageOf<'joined'>): void {
    this.#joined = true;
    this.#viewerId = message.viewer_id;
    this.#resumeToken = message.resume_token;
    this.#tellsArrivals = message.ice_servers !== undefined;
    // The camera says so again where it still holds (SPEC.md, STATE2).
    this.#endRestart();
  }

  /** Nobody tells anything any more. */
  leave(): void {
    this.#joined = false;
    this.#camera = 'unknown';
  }

  handleCameraJoined(): void {
    this.#camera = 'present';
  }

  handleCameraAbsent(): void {
    this.#camera = 'absent';
  }

  /** True where a restart of the camera is over with this. */
  handleStreamState(message: ServerMessageOf<'stream-state'>): boolean {
    this.#fullPixels = pixelsOf(message) ?? this.#fullPixels;
    const before = this.#camera;
    if (before === 'absent') return false;
    this.#camera = message.state === 'camera-restarting' ? 'restarting' : 'present';
    return before === 'restarting' && this.#camera === 'present';
  }

  /** Who offers is there. A camera that restarts makes offers, too. */
  handleOffer(message: ServerMessageOf<'offer'>): void {
    this.#fullPixels = pixelsOf(message);
    if (this.#camera !== 'restarting') this.#camera = 'present';
  }

  handleMoving(): void {
    this.#endRestart();
  }

  #endRestart(): void {
    if (this.#camera === 'restarting') this.#camera = 'present';
  }
}

function pixelsOf({ width, height }: ServerMessageOf<'offer' | 'stream-state'>): number | undefined {
  return width === undefined || height === undefined ? undefined : width * height;
}
