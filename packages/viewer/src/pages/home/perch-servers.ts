import { html, nothing } from 'lit';
import type { StoredList } from '../../adapters/stored-list.ts';
import { forgetServer } from '../../domain/cameras/server-list.ts';
import { PageElement } from './page-element.ts';

/** `<perch-servers>`: the servers that somebody went to from here, each a tap away. The list is the store's. */
export class PerchServers extends PageElement {
  readonly #store: StoredList<string>;
  /** Where a new one is typed: the focus goes there when the last one is forgotten. */
  readonly #address: HTMLElement;
  #onPage = new AbortController();

  constructor(store: StoredList<string>, address: HTMLElement) {
    super();
    this.#store = store;
    this.#address = address;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#onPage = new AbortController();
    this.#store.watch(() => this.requestUpdate(), this.#onPage.signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#onPage.abort();
  }

  protected override render() {
    const { home } = this.text;
    const servers = this.#store.read();
    if (servers.length === 0) return nothing;
    return html`
      <ul class="servers" role="list" aria-label=${home.servers}>
        ${servers.map((server) => {
          const label = home.forgetServer(hostOf(server));
          return html`
            <li>
              <a href=${`${server}/`}>${hostOf(server)}</a>
              <button class="forget" type="button" aria-label=${label} title=${label}
                @click=${() => this.#forget(server)}>×</button>
            </li>
          `;
        })}
      </ul>
    `;
  }

  async #forget(server: string): Promise<void> {
    const place = this.#store.read().indexOf(server);
    const left = this.#store.update((servers) => forgetServer(servers, server));
    await this.updateComplete;
    const buttons = this.querySelectorAll<HTMLElement>('.forget');
    (buttons[Math.min(place, left.length - 1)] ?? this.#address).focus();
  }
}

/** As a person types it: `https` is what is taken for granted. */
function hostOf(server: string): string {
  return server.replace(/^https:\/\//u, '');
}

customElements.define('perch-servers', PerchServers);
