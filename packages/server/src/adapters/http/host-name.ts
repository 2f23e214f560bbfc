/** The name or address in a Host header, without a port and an IPv6 address's brackets; undefined where it is no host. */
export function hostNameOf(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  try {
    return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '');
  } catch {
    return undefined;
  }
}
