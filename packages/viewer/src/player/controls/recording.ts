import type { ReactiveController } from 'lit';
import type { PictureRecorder } from '../../adapters/picture-recorder.ts';
import { recordingType } from '../../adapters/recording-type.ts';
import { saveFile } from '../../adapters/save-file.ts';
import { fileName } from '../../domain/file-name.ts';
import { hasEnded } from '../../domain/status.ts';
import type { PlayerHost } from '../host.ts';
import { type Picture, pictureOf } from '../picture.ts';

/** How often the length is shown anew. */
const SHOWN_EVERY_MS = 500;

interface Running {
  readonly recorder: PictureRecorder;
  readonly name: string;
  readonly over: AbortController;
}

/**
 * One recording at a time, into a file that is saved when it ends: by the person, with the session, with the player, or
 * with the page. Events: `recordstart`; `recordend`, whose `detail` is the File. Who cancels that keeps the file from being
 * saved.
 */
export class Recording implements ReactiveController {
  readonly #host: PlayerHost;
  readonly #camera: () => string;
  #running: Running | undefined;

  constructor(host: PlayerHost, camera: () => string) {
    this.#host = host;
    this.#camera = camera;
    host.addController(this);
  }

  get isSupported(): boolean {
    return recordingType() !== undefined;
  }

  /** Undefined where none is running. */
  get progress(): { readonly lengthMs: number; readonly sizeBytes: number } | undefined {
    return this.#running?.recorder;
  }

  hostUpdated(): void {
    const { status } = this.#host;
    if (status.state === 'idle' || hasEnded(status)) void this.stop();
  }

  hostDisconnected(): void {
    void this.stop();
  }

  /** Resolves with false where there is no picture, or the browser can't record, or what records can't be loaded. */
  async start(): Promise<boolean> {
    if (!this.isSupported) return false;
    // Nobody else needs it. Where it can't be loaded, the next who asks tries again.
    const loaded = await import('../../adapters/picture-recorder.ts').catch(() => undefined);
    if (this.#running !== undefined) return true;
    const picture = this.#picture;
    const video = this.#host.videoElement;
    if (loaded === undefined || picture === undefined || video === null || !this.#host.isConnected)
      return false;
    const over = new AbortController();
    const { signal } = over;
    const ports = { picture: () => this.#picture, video };
    const recorder = new loaded.PictureRecorder(ports, picture, () => this.#host.requestUpdate());
    const name = fileName(this.#camera(), new Date(), recorder.fileEnding);
    this.#running = { recorder, name, over };
    const timer = setInterval(() => this.#host.requestUpdate(), SHOWN_EVERY_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    // The file would be lost with a page that is left by mistake.
    addEventListener('beforeunload', (event) => event.preventDefault(), { signal });
    addEventListener('pagehide', () => this.#saveWhatThereIs(), { signal });
    this.#host.requestUpdate();
    this.#host.dispatchEvent(new Event('recordstart'));
    return true;
  }

  /** Resolves with the file; undefined where none was running. */
  async stop(): Promise<File | undefined> {
    const running = this.#end();
    if (running === undefined) return undefined;
    return this.#finish(await running.recorder.stop(), running.name);
  }

  get #picture(): Picture | undefined {
    return pictureOf(this.#host.renderRoot.querySelector('#frame'));
  }

  /** Nothing that takes a moment is finished in a page that goes: the last second is left off. */
  #saveWhatThereIs(): void {
    const running = this.#end();
    if (running === undefined) return;
    this.#finish(running.recorder.soFar(), running.name);
    void running.recorder.stop();
  }

  #end(): Running | undefined {
    const running = this.#running;
    if (running === undefined) return undefined;
    this.#running = undefined;
    running.over.abort();
    this.#host.requestUpdate();
    return running;
  }

  #finish(content: Blob, name: string): File {
    const file = new File([content], name, { type: content.type });
    const event = new CustomEvent('recordend', { detail: file, cancelable: true });
    if (this.#host.dispatchEvent(event)) saveFile(file);
    return file;
  }
}
