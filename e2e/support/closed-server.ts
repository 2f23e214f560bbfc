/** A server that lets in only who has a token, and `perch token` beside it, as its owner uses them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listening, PerchProcess } from './perch-process.ts';

export class ClosedServer {
  readonly perch: PerchProcess;
  readonly port: number;
  readonly stateDirectory: string;

  static async start(args: readonly string[] = []): Promise<ClosedServer> {
    const stateDirectory = mkdtempSync(join(tmpdir(), 'perch-closed-'));
    process.once('exit', () => rmSync(stateDirectory, { recursive: true, force: true }));
    const { perch, port } = await listening(['--port', '0', '--state-dir', stateDirectory, ...args]);
    await perch.says(/closed: only who has a token/);
    return new ClosedServer(perch, port, stateDirectory);
  }

  private constructor(perch: PerchProcess, port: number, stateDirectory: string) {
    this.perch = perch;
    this.port = port;
    this.stateDirectory = stateDirectory;
  }

  /** What `perch token` prints. */
  async token(...args: readonly string[]): Promise<string> {
    const perch = new PerchProcess(['token', '--state-dir', this.stateDirectory, ...args]);
    if ((await perch.end()) !== 0) throw new Error(perch.stderr);
    return perch.stdout;
  }

  async publishToken(streamId = 'pi-camera-stream'): Promise<string> {
    const [, token = ''] = /PERCH_TOKEN=(\S+)/.exec(await this.token('--publish', streamId)) ?? [];
    return token;
  }

  /** A link to watch. */
  async link(name: string, streamId = 'pi-camera-stream'): Promise<string> {
    const [link = ''] = /http:\S+/.exec(await this.token('--view', streamId, '--name', name)) ?? [];
    return link;
  }

  get secret(): string {
    return readFileSync(join(this.stateDirectory, 'secret'), 'utf8').trim();
  }
}
