import type { FetchHealth } from '../domain/check/check-ports.ts';
import { timedFetch } from './timed-fetch.ts';

/** A server that is slower is of no use to a viewer. */
const TIMEOUT_MS = 4_000;

/** `GET /health` of a server. Rejects when the answer is late or not Perch's. */
export const serverHealthOf =
  (server: string): FetchHealth =>
  async (signal) => {
    const options = { timeoutMs: TIMEOUT_MS, signal, cache: 'no-store' } as const;
    const answer: unknown = await timedFetch(`${server}/health`, options, (response) => response.json());
    const body = answer as Readonly<Record<string, unknown>> | null;
    if (typeof body?.['status'] !== 'string') throw new TypeError('the answer to /health is not of Perch');
    const turn = body['turn'] as { readonly kind?: unknown } | undefined;
    return {
      version: typeof body['version'] === 'string' ? body['version'] : undefined,
      isOpen: typeof body['open'] === 'boolean' ? body['open'] : undefined,
      turnKind: typeof turn?.kind === 'string' ? turn.kind : undefined,
    };
  };
