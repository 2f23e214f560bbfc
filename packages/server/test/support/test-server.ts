/** A real server on a free port, with a small site, a manual clock and a log that can be read. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { openAuthority } from '../../src/adapters/access/authorities.ts';
import type { Authority } from '../../src/domain/access/authority.ts';
import { type RunningServer, startServer } from '../../src/server.ts';
import type { ServerOptions } from '../../src/server-options.ts';
import { ManualScheduler } from './manual-scheduler.ts';
import { WireClient, type WireClientOptions } from './wire-client.ts';

export const INDEX_HTML = '<!doctype html><title>Perch</title>';

export class TestServer {
  readonly running: RunningServer;
  readonly scheduler: ManualScheduler;
  readonly logLines: string[];
  readonly authority: Authority;

  constructor(
    running: RunningServer,
    scheduler: ManualScheduler,
    { logLines, authority }: { logLines: string[]; authority: Authority },
  ) {
    this.running = running;
    this.authority = authority;
    this.scheduler = scheduler;
    this.logLines = logLines;
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.running.port}`;
  }

  get log(): Record<string, unknown>[] {
    return this.logLines.map((line) => JSON.parse(line));
  }

  async connect(options: WireClientOptions = {}): Promise<WireClient> {
    const client = await WireClient.open(`ws://127.0.0.1:${this.running.port}`, options);
    onTestFinished(() => client.destroy());
    return client;
  }

  async json(path: string): Promise<Record<string, unknown>> {
    const response = await fetch(this.httpUrl + path);
    return (await response.json()) as Record<string, unknown>;
  }
}

export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const scheduler = new ManualScheduler();
  const logLines: string[] = [];
  const authority = options.authority ?? openAuthority(new Uint8Array(32));
  const log = pino({ level: 'debug' }, { write: (line: string) => void logLines.push(line) });
  const running = await startServer(
    {
      host: '127.0.0.1',
      port: 0,
      siteDirectory: options.siteDirectory ?? (await makeSite()),
      turn: { kind: 'stun' },
      authority,
      log,
      ...options,
    },
    { scheduler },
  );
  onTestFinished(async () => {
    const closed = running.close();
    scheduler.advance(10_000);
    await closed;
  });
  return new TestServer(running, scheduler, { logLines, authority });
}

/** A built viewer in miniature, in a folder of its own. */
export async function makeSite(more: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'perch-site-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const directory = join(parent, 'site');
  await mkdir(join(directory, 'assets'), { recursive: true });
  await writeFile(join(parent, 'secret.txt'), 'not for the web');
  await writeFile(join(directory, '.hidden'), 'not for the web');
  await writeFile(join(directory, 'index.html'), INDEX_HTML);
  await writeFile(join(directory, 'assets', 'player-3f2a.js'), 'export {};');
  for (const [name, content] of Object.entries(more)) await writeFile(join(directory, name), content);
  return directory;
}
