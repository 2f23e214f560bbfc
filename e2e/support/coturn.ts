/** A real coturn on this machine. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { coturnArguments } from '../lab/coturn-arguments.ts';
import { providePrograms } from '../lab/provide-programs.ts';
import type { Certificate } from './certificate.ts';

const HOST = '127.0.0.1';

export interface Coturn {
  readonly secret: string;
  /** Over UDP. The same port takes TCP. */
  readonly url: string;
  /** Over TLS, where it was given a certificate. */
  readonly tlsUrl: string;
  /** What it has said so far. */
  readonly output: () => string;
  /** Ends it before the test does. */
  readonly kill: () => Promise<void>;
}

/** Why there is no coturn here, or nothing to make its certificate with, and neither can be installed; or undefined. */
export function provideCoturn(): string | undefined {
  return providePrograms([
    ['turnserver', 'coturn'],
    ['openssl', 'openssl'],
  ]);
}

/** Resolves when it listens; it ends with the test. */
export async function startCoturn(certificate?: Certificate): Promise<Coturn> {
  const folder = mkdtempSync(join(tmpdir(), 'perch-coturn-'));
  const secret = randomBytes(16).toString('hex');
  const [port, tlsPort] = [await freePort(), await freePort()];
  const tls = certificate === undefined ? {} : { tls: { port: tlsPort, ...certificate } };
  const coturn: ChildProcessWithoutNullStreams = spawn('turnserver', [
    ...coturnArguments({ address: HOST, port, secret, folder, ...tls }),
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
  // It says so after the listeners of all kinds, which its threads open in no order.
  while (!/Total General servers: /.test(said)) {
    const first = await Promise.race([once(coturn.stdout, 'data'), closed.then(() => 'closed')]);
    if (first === 'closed') throw new Error(`coturn ended: ${said}`);
  }
  const url = `turn:${HOST}:${port}?transport=udp`;
  return { secret, url, tlsUrl: `turns:${HOST}:${tlsPort}`, output: () => said, kill };
}

/** Over UDP and TCP. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = createSocket('udp4');
  const free = await new Promise<boolean>((resolve) => {
    socket.once('error', () => resolve(false)).bind(port, HOST, () => resolve(true));
  });
  socket.close();
  await new Promise((resolve) => server.close(resolve));
  return free ? port : await freePort();
}
