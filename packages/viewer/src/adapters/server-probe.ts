import type { ProbeServer } from '../domain/ports.ts';

/**
 * By HTTP: Chromium holds a WebSocket back for seconds where a dozen before it failed. From a page elsewhere the server is
 * first asked as one that lets the page in, then as one whose answer nobody may read.
 */
export const probeOf =
  (server: string): ProbeServer =>
  async (signal) => {
    const answers = async (path: string, mode: RequestMode): Promise<boolean> => {
      try {
        const options: RequestInit = { mode, signal, cache: 'no-store', credentials: 'omit' };
        const { type, status } = await fetch(`${server}${path}`, options);
        // A proxy answers for a server that is away.
        return type === 'opaque' || status < 500;
      } catch {
        return false;
      }
    };
    if (server === location.origin) return (await answers('/health', 'same-origin')) ? 'there' : 'away';
    // There is nothing at this address; whether the page may know that is what is asked.
    if (await answers('/api/', 'cors')) return 'there';
    return (await answers('/health', 'no-cors')) ? 'refuses-page' : 'away';
  };
