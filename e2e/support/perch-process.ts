/** The built `perch` in a process of its own, as a person runs it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PERCH = createRequire(import.meta.url).resolve('perch/bin/perch.js');

const running = new Set<PerchProcess>();

export interface PerchProcessOptions {
  /** The working folder, whose `.env` is read. */
  readonly folder?: string;
  /** The whole environment but for PATH, which is this process's unless given. */
  readonly environment?: Readonly<Record<string, string>>;
}

export class PerchProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown[]>;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], { folder = tmpdir(), environment = {} }: PerchProcessOptions = {}) {
    const { PATH = '' } = process.env;
    this.#child = spawn(process.execPath, [PERCH, ...args], { cwd: folder, env: { PATH, ...environment } });
    running.add(this);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.#closed = once(this.#child, 'close').finally(() => running.delete(this));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** A line on its standard input, as a person types it. */
  type(line: string): void {
    this.#child.stdin.end(`${line}\n`);
  }

  /** The exit code, or the signal that killed it. */
  async end(): Promise<unknown> {
    const [code, signal] = await this.#closed;
    return code ?? signal;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves with the match as soon as standard output has it; rejects when the process ends without. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match;
      const first = await Promise.race([once(this.#child.stdout, 'data'), this.#closed.then(() => 'closed')]);
      if (first === 'closed' && !pattern.test(this.stdout)) {
        throw new Error(`perch ended without saying ${pattern}: ${this.stdout}${this.stderr}`);
      }
    }
  }
}

/** Kills what a test left running. */
export async function killAll(): Promise<void> {
  for (const perch of [...running]) {
    perch.signal('SIGKILL');
    await perch.end();
  }
}

/** Of all servers of this process, so that one that is started again knows what the one before it knew. */
let stateDirectory: string | undefined;

function ourStateDirectory(): string {
  if (stateDirectory !== undefined) return stateDirectory;
  const folder = mkdtempSync(join(tmpdir(), 'perch-state-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  stateDirectory = folder;
  return folder;
}

/** Dozens of viewers who come and go have one address here: to the server they would be one who floods it. */
const CROWD = {
  PERCH_LIMIT_JOINS_PER_MINUTE: '100000',
  PERCH_LIMIT_PENDING_JOINS_PER_ADDRESS: '1000',
  PERCH_LIMIT_VIEWER_MESSAGES_PER_ADDRESS: '100000',
};

/** A server on a free port of loopback, or on `port`, that lets anyone in; resolves when it listens. */
export function serve(port = 0, options: PerchProcessOptions = {}): Promise<ServingProcess> {
  const environment = { ...CROWD, ...options.environment };
  const args = ['--port', String(port), '--open', '--state-dir', ourStateDirectory()];
  return listening(args, { ...options, environment });
}

export interface ServingProcess {
  readonly perch: PerchProcess;
  readonly port: number;
}

/** A server with these arguments; resolves when it listens on loopback. */
export async function listening(
  args: readonly string[],
  options: PerchProcessOptions = {},
): Promise<ServingProcess> {
  const perch = new PerchProcess(['serve', '--host', '127.0.0.1', ...args], options);
  const [, chosen] = await perch.says(/"port":(\d+),[^\n]*"msg":"listening"/);
  return { perch, port: Number(chosen) };
}

/** A streamer of a small test picture; resolves when it is registered. */
export async function stream(
  port: number,
  args: readonly string[] = [],
  options: PerchProcessOptions = {},
): Promise<PerchProcess> {
  const url = `ws://127.0.0.1:${port}`;
  const small = ['--source', 'test', '--width', '640', '--height', '360', '--fps', '15', '--bitrate', '500k'];
  const perch = new PerchProcess(['stream', '--signaling-url', url, ...small, ...args], options);
  await perch.says(/registered with the server/);
  return perch;
}
