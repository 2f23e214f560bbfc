/** Where a person wants to go who typed or pasted something: a whole link, a server's address, or a stream's name. */
import { parseSource, type Source } from '../source.ts';

export type Destination =
  | { readonly kind: 'camera'; readonly source: Source }
  /** The page of a server. */
  | { readonly kind: 'server'; readonly address: string };

/** `camera.example`, `192.168.1.5:8080`, `http://…` or a whole link, with or without its scheme. */
export function readAddress(typed: string): Destination | undefined {
  const text = typed.trim();
  if (text === '' || /\s/u.test(text)) return undefined;
  const link = /^[a-z][a-z\d+.-]*:\/\//iu.test(text) ? text : `${schemeFor(text)}//${text}`;
  const source = parseSource(link, 'about:blank');
  if (source !== undefined) return { kind: 'camera', source };
  const url = parseUrl(link);
  if (url === undefined || url.hostname === '') return undefined;
  return { kind: 'server', address: `${url.origin}/${url.hash}` };
}

/** The link in what was typed where a stream's name is expected; undefined where it is such a name. */
export function readLink(typed: string): Source | undefined {
  if (!typed.includes('/')) return undefined;
  const destination = readAddress(typed);
  return destination?.kind === 'camera' ? destination.source : undefined;
}

/**
 * Servers at home have no certificate, those on the internet have one. An address with a port is one at home: the guide's
 * `192.168.1.5:8080`.
 */
function schemeFor(text: string): 'http:' | 'https:' {
  const [authority = ''] = text.split(/[/?#]/u);
  const url = parseUrl(`http://${authority}`);
  const host = url?.hostname ?? '';
  const isAtHome =
    !host.includes('.') || /\.(?:local|lan|home|internal)$/u.test(host) || /^[\d.]+$/u.test(host);
  const hasPort = url?.port !== '' && !authority.endsWith(':443');
  return isAtHome || hasPort ? 'http:' : 'https:';
}

function parseUrl(link: string): URL | undefined {
  try {
    const url = new URL(link);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
  } catch {
    return undefined;
  }
}
