/** A real coturn on this machine. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { coturnArguments } from '../lab/coturn-arguments.ts';
import { providePrograms } from '../lab/provide-programs.ts';

const HOST = '127.0.0.1';

export interface Coturn {
  readonly secret: string;
  readonly url: string;
  /** What it has said so far. */
  readonly output: () => string;
  /** Ends it before the test does. */
  readonly kill: () => Promise<void>;
}

/** Why there is no coturn here and none can be installed, or undefined. */
export function provideCoturn(): string | undefined {
  return providePrograms([['turnserver', 'coturn']]);
}

/** Resolves when it listens; it ends with the test. */
export async function startCoturn(): Promise<Coturn> {
  const folder = mkdtempSync(join(tmpdir(), 'perch-coturn-'));
  const secret = randomBytes(16).toString('hex');
  const port = await freePort();
  const coturn: ChildProcessWithoutNullStreams = spawn('turnserver', [
    ...coturnArguments({ address: HOST, port, secret, folder }),
    '--allow-loopback-peers',
  ]);
  const closed = once(coturn, 'close');
  const kill = async (): Promise<void> => {
    coturn.kill('SIGKILL');
    await closed;
  };
  onTestFinished(async () => {
    await kill();
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
  return { secret, url: `turn:${HOST}:${port}?transport=udp`, output: () => said, kill };
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}
