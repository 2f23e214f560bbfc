/** From when and until when a token says that it is good (RFC 7519, 4.1). Unproven: only the server can check it. */

export interface TokenLife {
  /** Unix time in seconds; infinite where the token has no end. */
  readonly expiresAt: number;
  readonly issuedAt: number;
}

/** What can't be read is taken for a token that is over already. */
const UNREADABLE: TokenLife = { expiresAt: 0, issuedAt: 0 };

export function lifeOf(token: string): TokenLife {
  const claims = claimsOf(token);
  if (typeof claims !== 'object' || claims === null) return UNREADABLE;
  const { exp, iat } = claims as { readonly exp?: unknown; readonly iat?: unknown };
  return {
    expiresAt: typeof exp === 'number' ? exp : Number.POSITIVE_INFINITY,
    issuedAt: typeof iat === 'number' ? iat : 0,
  };
}

function claimsOf(token: string): unknown {
  const [, payload = ''] = token.split('.');
  try {
    return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return undefined;
  }
}
