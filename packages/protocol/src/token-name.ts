/** What people call a token or a link, in lists and to take it back: one line that a terminal can show. */

/** A person's name and what the link is for. */
export const MAX_TOKEN_NAME_CHARS = 64;

const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

export function isTokenName(name: string): boolean {
  return name !== '' && name.trim() === name && name.length <= MAX_TOKEN_NAME_CHARS && !UNSHOWABLE.test(name);
}
