/** What an owner runs: a server, a streamer, and the network between them. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killAll, type PerchProcess, serve, stream } from '../support/perch-process.ts';
import { descendants } from './process-tree.ts';
import { SignalingNetwork } from './signaling-network.ts';

/** The stand-in for rpicam-vid; this file is built to e2e/soak/dist/e2e/soak. */
const CAMERA_PROGRAMS = fileURLToPath(new URL('../../../../fixtures/bin', import.meta.url));

/** `perch stream` gives its camera program five seconds to end. */
const END_WITHIN_MS = 7_000;

export class Installation {
  readonly network: SignalingNetwork;
  readonly streamer: PerchProcess;
  readonly #serverPort: number;
  #server: PerchProcess;

  static async start(source: string): Promise<Installation> {
    const { perch, port } = await serve();
    const network = await SignalingNetwork.open(port);
    const PATH = `${CAMERA_PROGRAMS}${delimiter}${process.env['PATH']}`;
    // For looking into what stays: --heapsnapshot-signal, --expose-gc, --trace-gc.
    const { SOAK_NODE_OPTIONS: NODE_OPTIONS = '' } = process.env;
    const environment = { PATH, NODE_OPTIONS };
    const streamer = await stream(network.port, ['--source', source], { environment });
    return new Installation(network, streamer, perch, port);
  }

  private constructor(network: SignalingNetwork, streamer: PerchProcess, server: PerchProcess, port: number) {
    this.network = network;
    this.streamer = streamer;
    this.#server = server;
    this.#serverPort = port;
  }

  get server(): PerchProcess {
    return this.#server;
  }

  /** Not through the network, which may be cut. */
  get healthPort(): number {
    return this.#serverPort;
  }

  /** None with `--source test`. */
  get cameraPids(): readonly number[] {
    return descendants(this.streamer.pid);
  }

  async killServer(): Promise<void> {
    this.#server.signal('SIGKILL');
    await this.#server.end();
  }

  async startServer(): Promise<void> {
    const { perch } = await serve(this.#serverPort);
    this.#server = perch;
  }

  /** Ends everything; what does not end by itself is killed. Returns the folder of the logs. */
  async close(): Promise<string> {
    const cameraPids = this.cameraPids;
    const ended = Promise.all([this.streamer.end(), this.#server.end()]);
    this.streamer.signal('SIGTERM');
    this.#server.signal('SIGTERM');
    const late = new Promise((resolve) => setTimeout(resolve, END_WITHIN_MS).unref());
    await Promise.race([ended, late]);
    await killAll();
    for (const pid of cameraPids) killIfThere(pid);
    await this.network.close();
    return this.#saveLogs();
  }

  #saveLogs(): string {
    const folder = mkdtempSync(join(tmpdir(), 'perch-soak-'));
    for (const [name, perch] of [
      ['streamer', this.streamer],
      ['server', this.#server],
    ] as const) {
      writeFileSync(join(folder, `${name}.log`), perch.stdout + perch.stderr);
    }
    return folder;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ESRCH: it ended as it should.
  }
}
