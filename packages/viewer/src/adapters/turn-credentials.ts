import { readTurnCredentials } from '@perch/protocol';
import type { FetchIceServers } from '../domain/ports.ts';
import { timedFetch } from './timed-fetch.ts';

/** The offer waits for this: a TURN provider that is slower is of no use now. */
const TIMEOUT_MS = 3_000;

/** `GET /turn-credentials` of a server (SPEC.md, ICE2). Rejects when the answer is late or not what it should be. */
export const turnCredentialsOf =
  (server: string): FetchIceServers =>
  async (signal) => {
    const options = { timeoutMs: TIMEOUT_MS, signal, cache: 'no-store' } as const;
    const url = `${server}/turn-credentials`;
    const iceServers = readTurnCredentials(await timedFetch(url, options, (response) => response.json()));
    if (iceServers === undefined) throw new TypeError('the answer to /turn-credentials has no ICE servers');
    return iceServers;
  };
