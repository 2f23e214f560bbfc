/**
 * Which web pages may use the server (RFC 6454). A browser lets every page open a WebSocket to anywhere, so it is the
 * server that has to ask. Programs send no Origin, and are no concern here: they hold a right or they don't.
 *
 * A page can have its own name lead to a machine in the network of whoever reads it (DNS rebinding), and is the server's own
 * page then, as far as both can see. Where tokens are asked for that gives it nothing. An open server takes pages only by
 * names that nobody elsewhere can have, and by those that its owner said.
 */
import { isHomeName } from './home-name.ts';
import { hostNameOf } from './host-name.ts';

export class Origins {
  readonly #allowed: ReadonlySet<string>;
  readonly #open: boolean;
  readonly #names: ReadonlySet<string | undefined>;

  /** Origins such as `https://home.example`; `*` is every page. Its own is always allowed. `open`: without tokens. */
  constructor(allowed: readonly string[], { open }: { readonly open: boolean }) {
    this.#allowed = new Set(allowed);
    this.#open = open;
    this.#names = new Set(allowed.map((it) => (URL.canParse(it) ? hostNameOf(new URL(it).host) : undefined)));
  }

  /** `origin` is the header's value, `host` what the client calls this server. */
  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || this.#allowed.has('*') || this.#allowed.has(origin)) return true;
    try {
      return (
        host !== undefined && new URL(origin).host === new URL(`http://${host}`).host && this.knows(host)
      );
    } catch {
      return false;
    }
  }

  /**
   * Whether pages may come from that Host. To be asked of requests without an Origin, too, that a page can make: it is left
   * out of a GET to where the page is from.
   */
  knows(host: string | undefined): boolean {
    if (!this.#open || this.#allowed.has('*')) return true;
    const name = hostNameOf(host);
    return name !== undefined && (isHomeName(name) || this.#names.has(name));
  }

  /** For a header that names all of them. */
  get list(): readonly string[] {
    return [...this.#allowed];
  }
}
