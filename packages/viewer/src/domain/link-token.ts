/** The token that a link carries, as the key to its stream. */

/** The three parts of a JWT at the beginning: what a messenger took for part of the link is left off. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+/u;

export interface LinkToken {
  /** Undefined where there is none, or not a whole one: the server says what that means. */
  readonly token: string | undefined;
  /** What the address is to show from now on, where it showed the token behind the question mark. */
  readonly address: string | undefined;
}

/**
 * From the fragment, `#token=` or the bare token, which browsers send to no server; else from the query, `?token=`,
 * whence it is moved to the fragment: reloads and bookmarks then keep it to themselves.
 */
export function tokenOfLink({
  pathname,
  search,
  hash,
}: Pick<Location, 'pathname' | 'search' | 'hash'>): LinkToken {
  const query = new URLSearchParams(search);
  const asked = query.get('token');
  const fragment = hash.replace(/^#/u, '');
  const given = new URLSearchParams(fragment).get('token') ?? (TOKEN.test(fragment) ? fragment : asked);
  const [token] = TOKEN.exec(given?.trim() ?? '') ?? [];
  if (asked === null) return { token, address: undefined };
  query.delete('token');
  const rest = query.size === 0 ? '' : `?${query}`;
  return { token, address: `${pathname}${rest}${token === undefined ? '' : `#token=${token}`}` };
}
