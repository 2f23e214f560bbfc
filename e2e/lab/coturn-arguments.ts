import { join } from 'node:path';

interface CoturnPlace {
  readonly address: string;
  readonly port: number;
  readonly secret: string;
  /** For its own files. */
  readonly folder: string;
}

/** coturn as an owner would run it beside `perch serve`: a shared secret, UDP and TCP, no TLS. */
export function coturnArguments({ address, port, secret, folder }: CoturnPlace): string[] {
  return [
    '-n',
    `--listening-ip=${address}`,
    `--relay-ip=${address}`,
    `--listening-port=${port}`,
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
  ];
}
