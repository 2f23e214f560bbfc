/** Who sends the picture: the processes that are compared. Each is a broadcaster on a signaling server. */
import { fileURLToPath } from 'node:url';
import { PerchProcess } from '../../e2e/support/perch-process.ts';
import { LineSender } from './line-sender.ts';

export interface Sender {
  readonly pid: number;
  /** Ends the process and what it started. */
  close(): Promise<void>;
}

/** Debian's own, which finds Debian's GStreamer; another one on PATH does not. */
export const PYTHON = '/usr/bin/python3';

/** Python runs as it was written: it is not among what was built, where this file runs. */
const WEBRTCBIN = fileURLToPath(new URL('../../../senders/webrtcbin.py', import.meta.url));

const BARE_LOOP = fileURLToPath(new URL('bare-loop.js', import.meta.url));

/** More than any benchmark has; an owner's uplink is not at stake here. */
const MAX_VIEWERS = 500;

/** `perch stream` itself, with its `--source`; resolves when it is registered, as the others do. */
export async function startPerch(port: number, source: string): Promise<Sender> {
  const url = `ws://127.0.0.1:${port}`;
  const perch = new PerchProcess([
    ...['stream', '--signaling-url', url, '--source', source],
    ...['--max-viewers', String(MAX_VIEWERS)],
  ]);
  await perch.says(/registered with the server/);
  return {
    pid: perch.pid,
    async close() {
      perch.signal('SIGTERM');
      await perch.end();
    },
  };
}

/** A webrtcbin for each viewer; webrtcbin.py says what the arguments are. */
export function startWebrtcbin(port: number, ...args: readonly string[]): Promise<Sender> {
  return LineSender.start(port, PYTHON, [WEBRTCBIN, ...args]);
}

/** What sending costs at least with the library that Perch uses; bare-loop.ts says what the arguments are. */
export function startBareLoop(port: number, ...args: readonly string[]): Promise<Sender> {
  return LineSender.start(port, process.execPath, [BARE_LOOP, ...args]);
}
