/** What `play()` promises, as that of `<video>`: kept with the first picture, broken when it comes to nothing. */
export class PlayPromise {
  #waiting: PromiseWithResolvers | undefined;

  /** Somebody was promised something that is not settled. */
  get isPending(): boolean {
    return this.#waiting !== undefined;
  }

  /** The same for all who ask until it is settled. */
  get(): Promise<void> {
    this.#waiting ??= withResolvers();
    return this.#waiting.promise;
  }

  keep(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  /** `AbortError` where somebody wanted otherwise meanwhile, `NotSupportedError` where it can't be played. */
  break(name: 'AbortError' | 'NotSupportedError', message: string): void {
    this.#waiting?.reject(new DOMException(message, name));
    this.#waiting = undefined;
  }
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: DOMException): void;
}

/** `Promise.withResolvers` is younger than some phones. */
function withResolvers(): PromiseWithResolvers {
  let resolve = (): void => undefined;
  let reject: (error: DOMException) => void = () => undefined;
  const promise = new Promise<void>((keep, refuse) => {
    resolve = keep;
    reject = refuse;
  });
  // Most who call `play()` look at the events instead.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
