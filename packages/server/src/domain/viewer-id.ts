/** The ids that this server gives to viewers (SPEC.md, JOIN2): `viewer-` and 128 random bits in base64url. */

const VIEWER_ID = /^viewer-[\w-]{22}$/u;

/** `token` is 22 base64url characters that nobody can guess. */
export function toViewerId(token: string): string {
  return `viewer-${token}`;
}

export function isViewerId(text: string): boolean {
  return VIEWER_ID.test(text);
}

/** Enough to follow one viewer through a log, too little to resume in its place. */
export function shortViewerId(viewerId: string): string {
  return viewerId.slice(0, 'viewer-'.length + 8);
}
