/** From the server's name to an answer of Perch itself. Each step needs the one before it. */
import {
  codeOf,
  findAddresses,
  isCertificateTrouble,
  isTlsTrouble,
  openTcp,
  REACH_WITHIN_MS,
} from './reach.ts';
import { failed, type Outcome, ok } from './step.ts';
import type { Target } from './target.ts';

const LOGS = 'On the server: systemctl status perch-serve; journalctl -u perch-serve -e';

export async function nameStep({ host }: Target): Promise<Outcome> {
  const found = await findAddresses(host);
  if (found.ok)
    return ok(
      found.addresses.includes(host)
        ? `${host} needs no look-up`
        : `${host} is ${found.addresses.join(', ')}`,
    );
  if (found.code === 'ENOTFOUND') {
    return failed(
      `there is no ${host}`,
      'is it spelled right? Where you bought the name, it needs an A record with the address of the server',
    );
  }
  return failed(
    `${host} could not be looked up: ${found.code}`,
    'this machine gets no answer from DNS: is it online? Try another network, or the address in place of the name',
  );
}

export async function portStep({ host, port }: Target): Promise<Outcome> {
  const opened = await openTcp(host, port);
  if (!opened.ok) return failed(...portTrouble(opened.code, port));
  opened.socket.destroy();
  return ok(`TCP port ${port} is open`);
}

/** What was found, and what to do. */
export function portTrouble(code: string, port: number, program = 'perch serve'): [string, ...string[]] {
  switch (code) {
    case 'ECONNREFUSED':
      return [
        `TCP port ${port} is closed: the machine answers, and nothing listens there`,
        program === 'perch serve'
          ? `does perch serve run, with this port, and without HOST=127.0.0.1? ${LOGS}`
          : `does ${program} run, on this port and over TCP? On its machine: systemctl status coturn; sudo ss -tlnp 'sport = :${port}'`,
      ];
    case 'ETIMEDOUT':
      return [
        `TCP port ${port} does not answer`,
        `a firewall drops it: at the provider (security group, cloud firewall) allow TCP ${port} from 0.0.0.0/0`,
        `on the server itself: sudo ufw allow ${port}/tcp`,
        'if both are open: is it the right address, and is the machine on?',
      ];
    default:
      return [
        `TCP port ${port} can't be reached: ${code}`,
        'there is no way from this network to that address: is this machine online, and is the address a public one?',
      ];
  }
}

/** What `/health` tells of the rest; `turnKind` is missing in old servers. */
export interface Health {
  readonly turnKind: string | undefined;
}

/** Whether it is Perch that answers. Old servers have `/health` too. */
export async function httpStep(
  target: Target,
  withinMs = REACH_WITHIN_MS,
): Promise<[Outcome, Health | undefined]> {
  const { httpOrigin, port } = target;
  try {
    const response = await fetch(`${httpOrigin}/health`, {
      signal: AbortSignal.timeout(withinMs),
      redirect: 'manual',
    });
    if (response.status >= 300 && response.status < 400) {
      const to = originOf(response.headers.get('location') ?? '') ?? 'another page';
      return [
        failed(`it sends on to ${to}`, 'give --server that address; the streamer and links need it too'),
        undefined,
      ];
    }
    const health = readHealth(await response.text());
    if (health === undefined) {
      return [
        failed(
          `something answers on port ${port}, with HTTP status ${response.status}, and it is not Perch`,
          'another program has the port, or a proxy before Perch does not pass /health on; sudo ss -tlnp shows who listens',
        ),
        undefined,
      ];
    }
    const { version, broadcasters, viewers, turnKind } = health;
    return [
      ok(`Perch ${version ?? '(an old one)'}: ${broadcasters} broadcasting, ${viewers} watching`),
      { turnKind },
    ];
  } catch (error) {
    return [httpTrouble(error, target, withinMs), undefined];
  }
}

function httpTrouble(error: unknown, { secure, port }: Target, withinMs: number): Outcome {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return failed(
      `port ${port} is open and says nothing for ${withinMs / 1000} s`,
      secure
        ? 'is this really the HTTPS port? Try http:// with the port of perch serve'
        : 'another program has the port, or wants TLS (try https://), or Perch hangs: restart it',
    );
  }
  const code = codeOf(error);
  if (secure && isTlsTrouble(code)) {
    return failed(
      `TLS fails: ${code}`,
      isCertificateTrouble(code)
        ? "the certificate is expired, for another name or signed by nobody known: renew it where TLS ends (your proxy's log)"
        : 'no TLS there: perch serve speaks plain HTTP; use http://, or the port of the proxy before it',
    );
  }
  return failed(
    `port ${port} is open and speaks no HTTP: ${code}`,
    secure ? 'try http://' : 'another program has the port, or wants TLS: try https://',
  );
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

function readHealth(text: string) {
  try {
    const health = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
    if (typeof health?.['status'] !== 'string' || typeof health['broadcasters'] !== 'number')
      return undefined;
    const turn = health['turn'] as { readonly kind?: unknown } | undefined;
    return {
      version: typeof health['version'] === 'string' ? health['version'] : undefined,
      broadcasters: health['broadcasters'],
      viewers: health['viewers'],
      turnKind: typeof turn?.kind === 'string' ? turn.kind : undefined,
    };
  } catch {
    return undefined;
  }
}
