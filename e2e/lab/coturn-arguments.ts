import { join } from 'node:path';

interface CoturnPlace {
  readonly address: string;
  readonly port: number;
  readonly secret: string;
  /** For its own files. */
  readonly folder: string;
  /** A port of its own; the other one then takes TLS too. The rest are names of files. */
  readonly tls?: { readonly port: number; readonly certificate: string; readonly key: string };
}

/** coturn as an owner would run it beside `perch serve`: a shared secret, UDP and TCP, and TLS where it has a certificate. */
export function coturnArguments({ address, port, secret, folder, tls }: CoturnPlace): string[] {
  return [
    '-n',
    `--listening-ip=${address}`,
    `--relay-ip=${address}`,
    `--listening-port=${port}`,
    '--use-auth-secret',
    `--static-auth-secret=${secret}`,
    '--realm=perch.example',
    '--fingerprint',
    ...(tls === undefined
      ? ['--no-tls']
      : [`--tls-listening-port=${tls.port}`, `--cert=${tls.certificate}`, `--pkey=${tls.key}`]),
    '--no-dtls',
    '--no-cli',
    '--verbose',
    '--log-file=stdout',
    `--pidfile=${join(folder, 'turnserver.pid')}`,
    `--userdb=${join(folder, 'turndb')}`,
  ];
}
