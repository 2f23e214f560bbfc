/** The stream that a page's address names: `/watch/<name>`, `/check/<name>`, or `?stream=<name>` on any path. */
export function streamOfLink(path: string, query: string): string | undefined {
  const watched = /^\/(?:watch|check)\/([^/]+)\/?$/u.exec(path)?.[1];
  const name = watched === undefined ? new URLSearchParams(query).get('stream') : decode(watched);
  return name?.trim() || undefined;
}

/** A broken escape is what someone typed by hand: take it as it stands. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
