/** How a list stands in the storage. */
export interface StoredForm<T> {
  readonly key: string;
  /** Of anything that may stand there. */
  read(stored: string | null): readonly T[];
  write(list: readonly T[]): string;
}

/** A list in this browser's `localStorage`, which all tabs of this server share. */
export class StoredList<T> {
  readonly #form: StoredForm<T>;
  /** Where the browser keeps nothing (storage blocked, or full), the list lasts as long as the page. */
  #unkept: readonly T[] | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(form: StoredForm<T>) {
    this.#form = form;
  }

  read(): readonly T[] {
    if (this.#unkept !== undefined) return this.#unkept;
    try {
      return this.#form.read(localStorage.getItem(this.#form.key));
    } catch {
      return [];
    }
  }

  /** Reads first: another tab may have changed it meanwhile. */
  update(change: (list: readonly T[]) => readonly T[]): readonly T[] {
    const before = this.read();
    const list = change(before);
    if (list === before) return list;
    try {
      localStorage.setItem(this.#form.key, this.#form.write(list));
      this.#unkept = undefined;
    } catch {
      this.#unkept = list;
    }
    for (const listener of this.#listeners) listener();
    return list;
  }

  /** Calls back when this store or another tab changed it. */
  watch(onChange: () => void, signal: AbortSignal): void {
    this.#listeners.add(onChange);
    signal.addEventListener('abort', () => this.#listeners.delete(onChange));
    const handle = ({ key }: StorageEvent) => {
      if (key === this.#form.key || key === null) onChange();
    };
    addEventListener('storage', handle, { signal });
  }
}
