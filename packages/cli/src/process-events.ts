/** What comes to the process from outside its own code: signals, a reader that is gone, and errors nobody caught. */
import { oneLine, stackOf } from '@perch/protocol';
import type { Logger } from 'pino';
import { EXIT } from './command-failure.ts';
import type { Lifetime } from './lifetime.ts';

/** SIGHUP: the terminal was closed. */
const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal asks for the end; the second does not wait for it. */
export function endOnSignals(lifetime: Lifetime): void {
  let asked = false;
  for (const signal of END_SIGNALS) {
    process.on(signal, () => {
      if (asked) process.exit(EXIT.failed);
      asked = true;
      lifetime.askEnd();
    });
  }
}

/** `perch demo | head`: the reader is gone, and nothing that is written can be read any more. */
export function endWhenOutputIsGone(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      process.exit(error.code === 'EPIPE' ? EXIT.ended : EXIT.failed);
    });
  }
}

/** An error that nobody caught leaves unknown state behind. Whoever supervises the process starts it again. */
export function failOnUncaughtErrors(log: Logger): void {
  const fail = (error: unknown): void => {
    logFatal(log, error);
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
}

/** With where it comes from at every level: it happens once, far away, and has to be found from this line. */
export function logFatal(log: Logger, error: unknown): void {
  log.fatal({ stack: stackOf(error) }, `unexpected error, ending: ${oneLine(error)}`);
}
