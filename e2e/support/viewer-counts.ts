/** How many viewers there are, as the streamer and as the server see it. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import type { PerchProcess } from './perch-process.ts';

/** How many viewers the streamer said it has, the last time it said; undefined before the first. */
export function viewersOfStreamer(streamer: PerchProcess): number | undefined {
  const [, count] = /.*"viewers":(\d+),"msg":"viewer (?:gone|connected)"/s.exec(streamer.stdout) ?? [];
  return count === undefined ? undefined : Number(count);
}

/** Those whose WebSocket has joined. Asked by a connection that does not stay: the server's open files are counted, too. */
export async function viewersOfServer(port: number): Promise<number> {
  const [response] = (await once(get(`http://127.0.0.1:${port}/health`, { agent: false }), 'response')) as [
    IncomingMessage,
  ];
  return ((await json(response)) as { viewers: number }).viewers;
}
