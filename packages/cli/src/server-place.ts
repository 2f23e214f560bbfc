/** Where a server is reached: what its links and commands begin with. Pure. */
import { type PageHosts, pageHosts } from './local-addresses.ts';

/** What a server remembers of its last start, so that `perch token` prints links that lead to it. */
export interface LastServer {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | undefined;
}

/** Where a server is when it was never started here and nobody says. */
export const USUAL_SERVER: LastServer = { host: '0.0.0.0', port: 8080, publicUrl: undefined };

export interface ServerPlace {
  /** `http://203.0.113.7:8080`, without a slash at its end. */
  readonly origin: string;
  /** It may be reached only from near; how that is put right. */
  readonly hint: string | undefined;
}

export function serverPlace(
  { host, port, publicUrl }: LastServer,
  addresses: readonly string[],
): ServerPlace {
  if (publicUrl !== undefined) return { origin: publicUrl, hint: undefined };
  const { here, nearby }: PageHosts = pageHosts(host, addresses);
  const name = nearby[0] ?? here;
  const hint = `${name} is this machine's own address. Where others can't reach that, put its public address there, or set PERCH_PUBLIC_URL.`;
  return { origin: `http://${name}:${port}`, hint };
}

/** In the fragment, which browsers send to nobody: it is in no server's log and in no Referer. */
export function watchLink(origin: string, streamId: string, token: string): string {
  return `${origin}/watch/${encodeURIComponent(streamId)}#token=${token}`;
}

export function signalingUrl(origin: string): string {
  return origin.replace(/^http/, 'ws');
}

export function formatLastServer(last: LastServer): string {
  return `${JSON.stringify(last)}\n`;
}

/** Undefined for what is not a server's: the file is a help, not a need. */
export function parseLastServer(text: string | undefined): LastServer | undefined {
  try {
    const { host, port, publicUrl } = JSON.parse(text ?? '') as Partial<Record<keyof LastServer, unknown>>;
    if (typeof host !== 'string' || typeof port !== 'number') return undefined;
    return { host, port, publicUrl: typeof publicUrl === 'string' ? publicUrl : undefined };
  } catch {
    return undefined;
  }
}
