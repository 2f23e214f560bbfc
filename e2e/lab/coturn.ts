/** A real coturn on the lab's server. */
import { randomBytes } from 'node:crypto';
import { coturnArguments } from './coturn-arguments.ts';
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
    ...coturnArguments({ address: SERVER_ADDRESS, port: TURN_PORT, secret, folder }),
    `--aux-server=${SERVER_ADDRESS}:${PUBLIC_STUN_PORT}`,
  ]);
  // It says so after the listeners of all kinds, which its threads open in no order.
  await process.says(/Total General servers: /);
  return {
    process,
    settings: { TURN_SECRET: secret, TURN_URLS: `${server}?transport=udp,${server}?transport=tcp` },
  };
}
