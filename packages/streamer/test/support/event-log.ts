/** Keeps a transport's events, and lets a test wait for one. */
import type { PeerTransportEvents } from '../../src/domain/peer-transport.ts';

type Name = keyof PeerTransportEvents;

export class EventLog implements PeerTransportEvents {
  readonly all: { readonly name: Name; readonly values: readonly unknown[] }[] = [];
  onEvent: (name: Name, values: readonly unknown[]) => void = () => {};
  #waiting: (() => void)[] = [];

  readonly onOffer = (...values: unknown[]) => this.#add('onOffer', values);
  readonly onAnswer = (...values: unknown[]) => this.#add('onAnswer', values);
  readonly onCandidate = (...values: unknown[]) => this.#add('onCandidate', values);
  readonly onOpen = (...values: unknown[]) => this.#add('onOpen', values);
  readonly onRtcp = (...values: unknown[]) => this.#add('onRtcp', values);
  readonly onClosed = (...values: unknown[]) => this.#add('onClosed', values);

  /** The values of the first such event, once it has come. */
  async first(name: Name): Promise<readonly unknown[]> {
    for (;;) {
      const found = this.all.find((event) => event.name === name);
      if (found !== undefined) return found.values;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  count(name: Name): number {
    return this.all.filter((event) => event.name === name).length;
  }

  #add(name: Name, values: readonly unknown[]) {
    this.all.push({ name, values });
    this.onEvent(name, values);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
