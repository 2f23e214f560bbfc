import type { IncomingMessage } from 'node:http';

/** The token of a request: `Authorization: Bearer` (RFC 6750, section 2.1), else `?token=`, as old clients can send it. */
export function tokenOf({ headers, url = '' }: Pick<IncomingMessage, 'headers' | 'url'>): string | undefined {
  const [, bearer] = /^Bearer +(\S+)$/iu.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  const query = url.indexOf('?');
  if (query < 0) return undefined;
  return new URLSearchParams(url.slice(query)).get('token') ?? undefined;
}
