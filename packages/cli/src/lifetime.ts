/**
 * One command's life: what it started, and the wish to end. Whatever was started is closed in reverse order, also
 * when the wish comes while it is still starting.
 */

export interface Closeable {
  close(): Promise<void> | void;
}

export class Lifetime {
  /** Resolves when someone asks for the end. */
  readonly endAsked: Promise<void>;
  readonly #askEnd: () => void;
  readonly #started: Promise<Closeable | undefined>[] = [];

  constructor() {
    let askEnd = (): void => undefined;
    this.endAsked = new Promise((resolve) => {
      askEnd = resolve;
    });
    this.#askEnd = askEnd;
  }

  askEnd(): void {
    this.#askEnd();
  }

  /** Passes on what is starting, and closes it at the end. */
  own<T extends Closeable>(starting: Promise<T>): Promise<T> {
    this.#started.push(starting.catch(() => undefined));
    return starting;
  }

  /** Waits for what is starting and closes everything; rejects with the first failure to close. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const starting of this.#started.splice(0).reverse()) {
      await starting.then((it) => it?.close()).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
