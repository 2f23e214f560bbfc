/**
 * Which web pages may use the server (RFC 6454). A browser lets every page open a WebSocket to anywhere, so it is the
 * server that has to ask. Programs send no Origin, and are no concern here: they hold a right or they don't.
 */
export class Origins {
  readonly #allowed: ReadonlySet<string>;

  /** Origins such as `https://home.example`; `*` is every page. Its own is always allowed. */
  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed);
  }

  /** `origin` is the header's value, `host` what the client calls this server. */
  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || this.#allowed.has('*') || this.#allowed.has(origin)) return true;
    try {
      return host !== undefined && new URL(origin).host === new URL(`http://${host}`).host;
    } catch {
      return false;
    }
  }

  /** For a header that names all of them. */
  get list(): readonly string[] {
    return [...this.#allowed];
  }
}
