/** coturn as an owner would run it beside `perch serve`: a shared secret, UDP and TCP, no TLS. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { SERVER_ADDRESS, TURN_PORT } from './internet.ts';
import { LabProcess } from './lab-process.ts';
import type { Namespace } from './namespace.ts';

/** stun.l.google.com's port: in the lab that name leads here. */
const PUBLIC_STUN_PORT = 19302;

export interface Coturn {
  readonly process: LabProcess;
  /** What tells `perch serve` of it. */
  readonly settings: { readonly TURN_SECRET: string; readonly TURN_URLS: string };
}

/** Resolves when it listens; `folder` is for its own files. */
export async function startCoturn(vps: Namespace, folder: string): Promise<Coturn> {
  const secret = randomBytes(16).toString('hex');
  const server = `turn:${SERVER_ADDRESS}:${TURN_PORT}`;
  const process = new LabProcess(vps, 'turnserver', [
    '-n',
    `--listening-ip=${SERVER_ADDRESS}`,
    `--relay-ip=${SERVER_ADDRESS}`,
    `--listening-port=${TURN_PORT}`,
    `--aux-server=${SERVER_ADDRESS}:${PUBLIC_STUN_PORT}`,
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
  ]);
  await process.says(/IPv4\. UDP listener opened on/);
  return {
    process,
    settings: { TURN_SECRET: secret, TURN_URLS: `${server}?transport=udp,${server}?transport=tcp` },
  };
}
