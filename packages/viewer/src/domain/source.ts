import { tokenOfLink } from './link-token.ts';
import { streamOfLink } from './stream-link.ts';

/** What a link to a camera says: which server, which of its streams, and the right to watch it. */
export interface Source {
  /** An origin, `https://camera.example`. */
  readonly server: string;
  readonly streamId: string;
  readonly token: string | undefined;
}

/**
 * Reads `https://server/watch/front-door#token=…`, the address of any page of a server with `?stream=`, or one that is
 * relative to `base`. Undefined where it names no stream, or no server that a browser can reach.
 */
export function parseSource(link: string, base: string): Source | undefined {
  const url = parseUrl(link, base);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return undefined;
  const streamId = streamOfLink(url.pathname, url.search);
  if (streamId === undefined) return undefined;
  return { server: url.origin, streamId, token: tokenOfLink(url).token };
}

/** The link to a stream that `parseSource` reads. The token is in the fragment, which browsers send to no server. */
export function linkTo(source: Source): string {
  return pageOf(source, 'watch');
}

/** The page that finds out why a stream can't be watched. */
export function linkToCheck(source: Source): string {
  return pageOf(source, 'check');
}

function pageOf({ server, streamId, token }: Source, page: 'watch' | 'check'): string {
  const link = `${server}/${page}/${encodeURIComponent(streamId)}`;
  return token === undefined ? link : `${link}#token=${token}`;
}

/** `URL.parse` is younger than some phones. */
function parseUrl(link: string, base: string): URL | undefined {
  try {
    return new URL(link, base);
  } catch {
    return undefined;
  }
}
