/**
 * A fetch whose answer and body are there within `timeoutMs`, or it rejects; `AbortSignal.timeout` and `any` are younger than
 * some phones. `read` is given the response while the time still runs.
 */
export async function timedFetch<T>(
  url: string,
  { timeoutMs, signal, ...options }: RequestInit & { readonly timeoutMs: number },
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const request = new AbortController();
  const abort = () => request.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal?.addEventListener('abort', abort);
  try {
    return await read(await fetch(url, { ...options, signal: request.signal }));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
