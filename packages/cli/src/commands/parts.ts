/**
 * The server and the streamer, loaded when a command needs them: a server has no use for the streamer's native
 * libraries, and must start where they can't be loaded.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningServer, ServerOptions } from '@perch/server';
import type { DeviceList, StreamerErrorReason, StreamerOptions, ViewerReport } from '@perch/streamer';
import { CommandFailure, EXIT, oneLine } from '../command-failure.ts';
import type { Closeable } from '../lifetime.ts';
import { serverFailure } from './start-failures.ts';

export async function openServer(options: Omit<ServerOptions, 'siteDirectory'>): Promise<RunningServer> {
  const { ServerStartError, startServer } = await import('@perch/server');
  try {
    return await startServer({ ...options, siteDirectory: siteDirectory() });
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
const SETTING_REASONS: ReadonlySet<StreamerErrorReason> = new Set(['bad-source', 'bad-format']);

export async function openStreamer(options: StreamerOptions): Promise<OpenStreamer> {
  const { StreamerError, startStreamer } = await loadStreamer();
  const explain = (error: unknown): never => {
    if (!(error instanceof StreamerError)) throw error;
    const exitCode = SETTING_REASONS.has(error.reason) ? EXIT.usage : EXIT.failed;
    throw new CommandFailure(error.message, exitCode, { cause: error });
  };
  const streamer = await startStreamer(options).catch(explain);
  const ended = streamer.ended.then((): never => {
    throw new CommandFailure('the stream has ended', EXIT.failed);
  }, explain);
  // Whoever asked for the end does not want to know.
  ended.catch(() => undefined);
  return { close: () => streamer.close(), stats: () => streamer.stats(), ended };
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
