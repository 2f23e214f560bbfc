/**
 * The server and the streamer, loaded when a command needs them: a server has no use for the streamer's native
 * libraries, and must start where they can't be loaded.
 */

import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { oneLine } from '@perch/protocol';
import type { RunningServer, ServerOptions } from '@perch/server';
import type { DeviceList, StreamerErrorReason, StreamerOptions, ViewerReport } from '@perch/streamer';
import { CommandFailure, EXIT, type FailureCode } from '../command-failure.ts';
import type { Closeable } from '../lifetime.ts';
import { serverFailure } from './start-failures.ts';

export async function openServer(
  options: Omit<ServerOptions, 'siteDirectory' | 'authority'> & Partial<Pick<ServerOptions, 'authority'>>,
): Promise<RunningServer> {
  const { openAuthority, ServerStartError, startServer } = await import('@perch/server');
  const authority = options.authority ?? openAuthority(randomBytes(32));
  try {
    return await startServer({ ...options, authority, siteDirectory: siteDirectory() });
  } catch (error) {
    throw error instanceof ServerStartError ? serverFailure(error, options) : error;
  }
}

export interface OpenStreamer extends Closeable {
  stats(): readonly ViewerReport[];
  /** Rejects with a CommandFailure when the streamer has ended. */
  readonly ended: Promise<never>;
}

/** What trying again can't help: the owner has to change a setting. */
const SETTING_REASONS: ReadonlySet<StreamerErrorReason> = new Set(['bad-source', 'bad-format', 'no-right']);

export async function openStreamer(options: StreamerOptions): Promise<OpenStreamer> {
  const { StreamerError, startStreamer } = await loadStreamer();
  const explain = (error: unknown): never => {
    if (!(error instanceof StreamerError)) throw error;
    throw new CommandFailure(error.message, exitCodeFor(error.reason, options), { cause: error });
  };
  const streamer = await startStreamer(options).catch(explain);
  const ended = streamer.ended.then((): never => {
    throw new CommandFailure('the stream has ended', EXIT.failed);
  }, explain);
  // Whoever asked for the end does not want to know.
  ended.catch(() => undefined);
  return { close: () => streamer.close(), stats: () => streamer.stats(), ended };
}

/** Who has a token was replaced by who has one too: coming back would only take the stream away again. */
function exitCodeFor(reason: StreamerErrorReason, { token }: StreamerOptions): FailureCode {
  if (reason === 'replaced' && token !== undefined) return EXIT.replaced;
  return SETTING_REASONS.has(reason) ? EXIT.usage : EXIT.failed;
}

/** What this machine has for a stream. */
export async function listDevices(): Promise<DeviceList> {
  const { listDevices: list } = await loadStreamer();
  return await list();
}

function loadStreamer() {
  return import('@perch/streamer').catch((error: unknown) => {
    throw new CommandFailure(
      `the video libraries can't be loaded on this ${process.platform} ${process.arch} (${oneLine(error)}); ` +
        'run "npm install" again on this machine',
      EXIT.failed,
      { cause: error },
    );
  });
}

function siteDirectory(): string {
  try {
    return dirname(fileURLToPath(import.meta.resolve('@perch/viewer/site/index.html')));
  } catch (error) {
    throw new CommandFailure('the pages are not built; run "npm run build" first', EXIT.failed, {
      cause: error,
    });
  }
}
