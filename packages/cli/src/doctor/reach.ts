/** The way to a machine: its name, its TCP ports, TLS. Each within a time of its own. */
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Long enough for a far continent and a lost packet or two; a firewall answers never. */
export const REACH_WITHIN_MS = 5_000;

export type Opened =
  | { readonly ok: true; readonly socket: Socket }
  /** `connected`: TCP is there, and TLS is what failed. */
  | { readonly ok: false; readonly code: string; readonly connected: boolean };

/** Addresses, IPv4 first; or the resolver's code. */
export async function findAddresses(
  host: string,
): Promise<
  { readonly ok: true; readonly addresses: readonly string[] } | { readonly ok: false; code: string }
> {
  if (isIP(host) !== 0) return { ok: true, addresses: [host] };
  try {
    const found = await lookup(host, { all: true, order: 'ipv4first' });
    return { ok: true, addresses: found.map(({ address }) => address) };
  } catch (error) {
    return { ok: false, code: codeOf(error) };
  }
}

/** The socket is the caller's to destroy. */
export function openTcp(host: string, port: number): Promise<Opened> {
  return open(connectTcp({ host, port }), 'connect');
}

/** As `openTcp`; `name` is what the certificate must be for. */
export function openTls(host: string, port: number, name: string): Promise<Opened> {
  return open(connectTls({ host, port, ...(isIP(name) === 0 ? { servername: name } : {}) }), 'secureConnect');
}

/** `ENOTFOUND`, `ECONNREFUSED`, `CERT_HAS_EXPIRED`: also where it is the cause of an error, or one of several. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error.cause === undefined ? error.name : codeOf(error.cause);
}

/** A certificate that is not good, or TLS with something that does not speak it. */
export function isTlsTrouble(code: string): boolean {
  return isCertificateTrouble(code) || /SSL|TLS|EPROTO/.test(code);
}

/** Expired, for another name, or signed by nobody known. */
export function isCertificateTrouble(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO/.test(code);
}

function open(socket: Socket, event: string): Promise<Opened> {
  return new Promise((resolve) => {
    let connected = false;
    const fail = (code: string): void => {
      socket.destroy();
      resolve({ ok: false, code, connected });
    };
    socket.setTimeout(REACH_WITHIN_MS, () => fail('ETIMEDOUT'));
    socket.once('connect', () => {
      connected = true;
    });
    socket.once(event, () => {
      socket.setTimeout(0);
      resolve({ ok: true, socket });
    });
    socket.on('error', (error) => fail(codeOf(error)));
  });
}
