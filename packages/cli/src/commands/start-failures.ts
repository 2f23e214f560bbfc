/** Turns what the server and the streamer throw at start into one line that names the fix. */
import { oneLine } from '@perch/protocol';
import type { ServerStartError } from '@perch/server';
import { CommandFailure, EXIT } from '../command-failure.ts';

export function serverFailure(
  error: ServerStartError,
  asked: { port: number; host: string },
): CommandFailure {
  const exit = EXIT.failed;
  switch (error.reason) {
    case 'port-in-use':
      return new CommandFailure(
        `port ${asked.port} is in use; choose another with --port or PORT (or stop what uses it)`,
        exit,
        { cause: error },
      );
    case 'port-forbidden':
      return new CommandFailure(
        `port ${asked.port} needs rights that this user lacks; choose one above 1023 with --port or PORT`,
        exit,
        { cause: error },
      );
    case 'host-unknown':
      return new CommandFailure(
        `${asked.host} is not an address of this machine; choose another with --host or HOST, such as 0.0.0.0`,
        exit,
        { cause: error },
      );
    case 'site-missing':
      return new CommandFailure('the pages are not built; run "npm run build" first', exit, { cause: error });
    case 'bad-proxies':
      return new CommandFailure(`--trust-proxy: ${error.message}`, EXIT.usage, { cause: error });
    case 'failed':
      return new CommandFailure(`the server did not start: ${oneLine(error)}`, exit, { cause: error });
  }
}
