/** The way to a machine: its name, its TCP ports, TLS. Each within a time of its own. */
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Long enough for a far continent and a lost packet or two; a firewall answers never. */
export const REACH_WITHIN_MS = 5_000;

export type Reached = { readonly ok: true } | { readonly ok: false; readonly code: string };

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

export function tryTcp(host: string, port: number): Promise<Reached> {
  return reach(connectTcp({ host, port }), 'connect');
}

/** `name` is what the certificate must be for. */
export function tryTls(host: string, port: number, name: string): Promise<Reached> {
  return reach(
    connectTls({ host, port, ...(isIP(name) === 0 ? { servername: name } : {}) }),
    'secureConnect',
  );
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
  return /CERT|SELF_SIGNED|SSL|TLS|EPROTO|UNABLE_TO/.test(code);
}

function reach(socket: Socket, event: string): Promise<Reached> {
  return new Promise((resolve) => {
    const settle = (result: Reached): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(REACH_WITHIN_MS, () => settle({ ok: false, code: 'ETIMEDOUT' }));
    socket.once(event, () => settle({ ok: true }));
    socket.on('error', (error) => settle({ ok: false, code: codeOf(error) }));
  });
}
