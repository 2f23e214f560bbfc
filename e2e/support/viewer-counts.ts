/** How many viewers there are, as the streamer and as the server see it. */
import type { PerchProcess } from './perch-process.ts';

/** How many viewers the streamer said it has, the last time it said; undefined before the first. */
export function viewersOfStreamer(streamer: PerchProcess): number | undefined {
  const [, count] = /.*"viewers":(\d+),"msg":"viewer (?:gone|connected)"/s.exec(streamer.stdout) ?? [];
  return count === undefined ? undefined : Number(count);
}

/** Those whose WebSocket has joined. */
export async function viewersOfServer(port: number): Promise<number> {
  const health = (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { viewers: number };
  return health.viewers;
}
