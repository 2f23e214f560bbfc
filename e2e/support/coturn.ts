/** A real coturn on this machine, as an owner would run it beside `perch serve`: a shared secret. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const HOST = '127.0.0.1';

export interface Coturn {
  readonly secret: string;
  readonly url: string;
  /** What it has said so far. */
  readonly output: () => string;
}

/** Why there is no coturn here and none can be installed, or undefined. */
export function provideCoturn(): string | undefined {
  try {
    execFileSync('turnserver', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    if (process.platform !== 'linux' || process.getuid?.() !== 0)
      return 'needs coturn; type: apt install coturn';
  }
  try {
    console.log('no coturn found; installing it: apt-get install -y coturn');
    for (const args of [['update'], ['install', '-y', 'coturn']]) {
      execFileSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    }
    return undefined;
  } catch {
    return 'needs coturn, which could not be installed';
  }
}

/** Resolves when it listens; it ends with the test. */
export async function startCoturn(more: readonly string[] = []): Promise<Coturn> {
  const folder = mkdtempSync(join(tmpdir(), 'perch-coturn-'));
  const secret = randomBytes(16).toString('hex');
  const port = await freePort();
  const coturn: ChildProcessWithoutNullStreams = spawn('turnserver', [
    '-n',
    `--listening-ip=${HOST}`,
    `--relay-ip=${HOST}`,
    `--listening-port=${port}`,
    '--allow-loopback-peers',
    '--use-auth-secret',
    `--static-auth-secret=${secret}`,
    '--realm=perch.example',
    '--fingerprint',
    '--no-tls',
    '--no-dtls',
    '--no-cli',
    '--verbose',
    '--log-file=stdout',
    `--pidfile=${join(folder, 'turnserver.pid')}`,
    `--userdb=${join(folder, 'turndb')}`,
    ...more,
  ]);
  const closed = once(coturn, 'close');
  onTestFinished(async () => {
    coturn.kill('SIGKILL');
    await closed;
    rmSync(folder, { recursive: true, force: true });
  });
  let said = '';
  for (const stream of [coturn.stdout, coturn.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  while (!/IPv4\. UDP listener opened on/.test(said)) {
    const first = await Promise.race([once(coturn.stdout, 'data'), closed.then(() => 'closed')]);
    if (first === 'closed') throw new Error(`coturn ended: ${said}`);
  }
  return { secret, url: `turn:${HOST}:${port}?transport=udp`, output: () => said };
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}
