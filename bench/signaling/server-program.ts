/** The process that is measured: Perch's server with all its checks, or the smallest relay. Run with --expose-gc. */
import { openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startServer } from '@perch/server';
import { destination, pino } from 'pino';
import { answerQuestions } from './asked-process.ts';
import { startSmallestRelay } from './smallest-relay.ts';

export type ServerAnswers = {
  readonly listen: number;
  /** Bytes after garbage has gone: objects, and all that the process has in memory. */
  readonly memory: { readonly heap: number; readonly resident: number };
};

async function startPerch(): Promise<number> {
  const { port } = await startServer({
    host: '127.0.0.1',
    port: 0,
    siteDirectory: dirname(fileURLToPath(import.meta.resolve('@perch/viewer/site/index.html'))),
    turn: { kind: 'stun' },
    // The log's lines are part of the work; where they end up is not.
    log: pino({ level: 'info' }, destination({ dest: openSync('/dev/null', 'a'), sync: true })),
  });
  return port;
}

answerQuestions({
  listen: () => (process.argv[2] === 'perch' ? startPerch() : startSmallestRelay()),
  async memory(): Promise<ServerAnswers['memory']> {
    for (let pass = 0; pass < 3; pass++) {
      global.gc?.();
      await setTimeout(200);
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heap: heapUsed + external, resident: rss };
  },
});
