import { IceServersSchema } from '@perch/protocol';
import type { FetchIceServers } from '../domain/ports.ts';

/** The offer waits for this: a TURN provider that is slower is of no use now. */
const TIMEOUT_MS = 3_000;

/** `GET /turn-credentials` of a server (SPEC.md, ICE2). Rejects when the answer is late or not what it should be. */
export const turnCredentialsOf =
  (server: string): FetchIceServers =>
  async (signal) => {
    const request = new AbortController();
    const abort = () => request.abort();
    const timer = setTimeout(abort, TIMEOUT_MS);
    signal.addEventListener('abort', abort);
    try {
      const response = await fetch(`${server}/turn-credentials`, {
        signal: request.signal,
        cache: 'no-store',
      });
      const body: unknown = await response.json();
      const listed =
        typeof body === 'object' && body !== null && 'iceServers' in body ? body.iceServers : body;
      const checked = await IceServersSchema['~standard'].validate(listed);
      if (checked.issues) throw new TypeError('the answer to /turn-credentials is not a list of ICE servers');
      return checked.value;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  };
