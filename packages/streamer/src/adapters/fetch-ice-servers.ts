/** ICE servers over HTTP, from a server that does not send them over the WebSocket (SPEC.md, ICE2 and ICE4). */
import { type IceServer, oneLine, readTurnCredentials } from '@perch/protocol';
import type { Logger } from 'pino';

const ANSWER_WITHIN_MS = 3_000;

/** Never rejects: without an answer viewers are reached directly or not at all. */
export async function fetchIceServers(
  signalingUrl: string,
  log: Logger,
  { answerWithinMs = ANSWER_WITHIN_MS }: { readonly answerWithinMs?: number } = {},
): Promise<readonly IceServer[]> {
  try {
    const url = new URL('/turn-credentials', signalingUrl.replace(/^ws/u, 'http'));
    const response = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const iceServers = readTurnCredentials(await response.json());
    if (iceServers === undefined) throw new Error('its answer holds no iceServers');
    return iceServers;
  } catch (error) {
    const reason = oneLine(error);
    log.warn({ reason }, 'the server gave no ICE servers; only direct connections will work');
    return [];
  }
}
