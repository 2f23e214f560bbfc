import type { ProbeServer } from '../domain/ports.ts';

/**
 * By HTTP: Chromium holds a WebSocket back for seconds where a dozen before it failed. There is nothing at `/api/`; whether
 * the page may know that is what is asked. From a page elsewhere the server is first asked as one that lets the page in, then
 * as one whose answer nobody may read. Its own page it refuses where it is open and does not know the name that it has there.
 */
export const probeOf =
  (server: string): ProbeServer =>
  async (signal) => {
    const answerOf = async (path: string, mode: RequestMode): Promise<'yes' | 'forbidden' | 'none'> => {
      try {
        const options: RequestInit = { mode, signal, cache: 'no-store', credentials: 'omit' };
        const { type, status } = await fetch(`${server}${path}`, options);
        if (status === 403) return 'forbidden';
        // A proxy answers for a server that is away.
        return type === 'opaque' || status < 500 ? 'yes' : 'none';
      } catch {
        return 'none';
      }
    };
    const isOwn = server === location.origin;
    const answer = await answerOf('/api/', isOwn ? 'same-origin' : 'cors');
    if (answer !== 'none') return answer === 'yes' ? 'there' : 'refuses-page';
    return !isOwn && (await answerOf('/health', 'no-cors')) !== 'none' ? 'refuses-page' : 'away';
  };
