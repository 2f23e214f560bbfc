/**
 * What stands behind the scenes: an open server with four cameras and a closed one with one, both started when first
 * wanted and there for all scenes; and what a scene starts for itself, which ends with it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClosedServer } from '../support/closed-server.ts';
import { type PerchProcess, type ServingProcess, serve, stream } from '../support/perch-process.ts';

/** Cheap: there are three of them beside the one that is looked at. */
const SMALL = ['--width', '640', '--height', '360', '--fps', '5', '--bitrate', '400k'];

export const CAMERAS = ['attic', 'front-door', 'garden', 'pond'] as const;

export interface SceneryOptions {
  /** The path of the stand-in for rpicam-vid. */
  readonly cameraProgram: string;
  /** What `perch stream` is told about front-door, the camera that is looked at. */
  readonly mainCamera?: readonly string[];
}

export interface Closed {
  readonly server: ClosedServer;
  /** To watch its camera, `garden`, and to share it. */
  readonly link: string;
}

export class Scenery {
  readonly cameraProgram: string;
  readonly #mainCamera: readonly string[];
  #open: Promise<ServingProcess> | undefined;
  #closed: Promise<Closed> | undefined;
  readonly #ofScene = new Set<PerchProcess>();
  readonly #folders = new Set<string>();

  constructor({ cameraProgram, mainCamera = SMALL }: SceneryOptions) {
    this.cameraProgram = cameraProgram;
    this.#mainCamera = mainCamera;
  }

  /** The address of a page of the open server. */
  async openServer(path: string): Promise<string> {
    this.#open ??= this.#startOpen();
    return addressOf(await this.#open, path);
  }

  closedServer(): Promise<Closed> {
    this.#closed ??= startClosed();
    return this.#closed;
  }

  /** An open server of the scene's own, which it may kill. */
  async ownServer(environment: Readonly<Record<string, string>> = {}): Promise<ServingProcess> {
    const serving = await serve(0, { environment });
    this.#ofScene.add(serving.perch);
    return serving;
  }

  /** A camera of the scene's own: `front-door`. */
  async ownCamera({ port }: ServingProcess, args: readonly string[] = []): Promise<PerchProcess> {
    const camera = await stream(port, ['--stream-id', 'front-door', ...this.#mainCamera, ...args]);
    this.#ofScene.add(camera);
    return camera;
  }

  /** A folder of the scene's own. */
  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'perch-scene-'));
    this.#folders.add(folder);
    return folder;
  }

  /** Ends what the scene started. A stopped process ends as well. */
  async endScene(): Promise<void> {
    for (const perch of this.#ofScene) {
      perch.signal('SIGKILL');
      await perch.end();
    }
    this.#ofScene.clear();
    for (const folder of this.#folders) await rm(folder, { recursive: true });
    this.#folders.clear();
  }

  async #startOpen(): Promise<ServingProcess> {
    const server = await serve();
    for (const id of CAMERAS) {
      await stream(server.port, ['--stream-id', id, ...(id === 'front-door' ? this.#mainCamera : SMALL)]);
    }
    return server;
  }
}

export function addressOf({ port }: { readonly port: number }, path: string): string {
  return `http://127.0.0.1:${port}${path}`;
}

async function startClosed(): Promise<Closed> {
  const server = await ClosedServer.start();
  const environment = { PERCH_TOKEN: await server.publishToken('garden') };
  await stream(server.port, ['--stream-id', 'garden', ...SMALL], { environment });
  const printed = await server.token('--view', 'garden', '--name', 'Ann', '--share');
  return { server, link: /http:\S+/.exec(printed)?.[0] ?? '' };
}
