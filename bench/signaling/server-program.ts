/** The process that is measured: Perch's server with all its checks, or the smallest relay. Run with --expose-gc. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClosedAuthority, openTokenStore, type Right, startServer } from '@perch/server';
import { destination, pino } from 'pino';
import { answerQuestions } from './asked-process.ts';
import { STREAM_NAMES } from './session.ts';
import { startSmallestRelay } from './smallest-relay.ts';

export type ServerAnswers = {
  readonly listen: Listening;
  /** Bytes after garbage has gone: objects, and all that the process has in memory. */
  readonly memory: { readonly heap: number; readonly resident: number };
};

export interface Listening {
  readonly port: number;
  /** By stream; none where everyone may come in. */
  readonly tokens: Readonly<Record<string, Readonly<Record<Right, string>>>>;
}

/** Closed, with limits, with TURN credentials of its own for each viewer: all that it has. */
async function startPerch(): Promise<Listening> {
  const folder = mkdtempSync(join(tmpdir(), 'perch-bench-'));
  const store = openTokenStore(folder);
  const sign = (streamId: string, right: Right): string => {
    const issuedAt = Math.floor(Date.now() / 1000);
    const id = randomBytes(16).toString('base64url');
    return store.tokens.sign({
      id,
      right,
      streamId,
      issuedAt,
      expiresAt: undefined,
    });
  };
  const tokens = STREAM_NAMES.map((name) => [
    name,
    { publish: sign(name, 'publish'), view: sign(name, 'view') },
  ]);
  const { port } = await startServer({
    host: '127.0.0.1',
    port: 0,
    siteDirectory: dirname(fileURLToPath(import.meta.resolve('@perch/viewer/site/index.html'))),
    authority: createClosedAuthority(store),
    turn: { kind: 'shared-secret', secret: 'bench', urls: ['turn:192.0.2.1:3478'] },
    // Those who watch in silence were never offered anything: their joins count as not yet answered.
    limits: {
      pendingJoinsPerAddress: 1000,
      viewerMessagesPerAddress: 1e6,
      broadcasterMessagesPerAddress: 1e6,
    },
    // The log's lines are part of the work; where they end up is not.
    log: pino({ level: 'info' }, destination({ dest: openSync('/dev/null', 'a'), sync: true })),
  });
  process.on('disconnect', () => rmSync(folder, { recursive: true }));
  return { port, tokens: Object.fromEntries(tokens) };
}

answerQuestions({
  async listen(): Promise<Listening> {
    return process.argv[2] === 'perch'
      ? await startPerch()
      : { port: await startSmallestRelay(), tokens: {} };
  },
  async memory(): Promise<ServerAnswers['memory']> {
    for (let pass = 0; pass < 3; pass++) {
      global.gc?.();
      await setTimeout(200);
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heap: heapUsed + external, resident: rss };
  },
});
