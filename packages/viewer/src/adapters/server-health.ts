import type { FetchHealth } from '../domain/check/check-ports.ts';

/** A server that is slower is of no use to a viewer. */
const TIMEOUT_MS = 4_000;

/** `GET /health` of a server. Rejects when the answer is late or not Perch's. */
export const serverHealthOf =
  (server: string): FetchHealth =>
  async (signal) => {
    const request = new AbortController();
    const abort = () => request.abort();
    const timer = setTimeout(abort, TIMEOUT_MS);
    signal.addEventListener('abort', abort);
    try {
      const response = await fetch(`${server}/health`, { signal: request.signal, cache: 'no-store' });
      const body = (await response.json()) as Readonly<Record<string, unknown>> | null;
      if (typeof body?.['status'] !== 'string') throw new TypeError('the answer to /health is not of Perch');
      const turn = body['turn'] as { readonly kind?: unknown } | undefined;
      return {
        version: typeof body['version'] === 'string' ? body['version'] : undefined,
        isOpen: typeof body['open'] === 'boolean' ? body['open'] : undefined,
        turnKind: typeof turn?.kind === 'string' ? turn.kind : undefined,
      };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  };
