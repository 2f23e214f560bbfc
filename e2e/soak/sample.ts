/** What streamer and server hold in a quiet moment: nobody there but those who stay, and all others' ends behind us. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ProcessUse, processUse } from '../support/process-use.ts';
import { viewersOfServer, viewersOfStreamer } from '../support/viewer-counts.ts';
import type { Installation } from './installation.ts';
import { descendants } from './process-tree.ts';

export interface Use extends ProcessUse {
  readonly children: number;
}

export interface Sample {
  readonly atMs: number;
  readonly streamer: Use;
  readonly server: Use;
  /** By /health. */
  readonly viewers: number;
  /** By the streamer's log. */
  readonly connected: number | undefined;
}

/** The streamer gives up a viewer who never connected after 30 s, the server one who went silent after 15 s. */
const QUIET_WITHIN_MS = 45_000;

const LOOK_EVERY_MS = 500;

/** The server keeps an HTTP connection for 5 s, which our own looks at /health would else be counted as. */
const REST_MS = 6_000;

export async function quietSample(
  installation: Installation,
  stayers: number,
  signal: AbortSignal,
): Promise<Sample> {
  const { streamer, healthPort } = installation;
  const until = performance.now() + QUIET_WITHIN_MS;
  while (performance.now() < until) {
    if (viewersOfStreamer(streamer) === stayers && (await viewersOfServer(healthPort)) === stayers) break;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
  await sleep(REST_MS, undefined, { signal });
  return {
    atMs: performance.now(),
    streamer: use(streamer.pid),
    server: use(installation.server.pid),
    viewers: await viewersOfServer(healthPort),
    connected: viewersOfStreamer(streamer),
  };
}

function use(pid: number): Use {
  return { ...processUse(pid), children: descendants(pid).length };
}
