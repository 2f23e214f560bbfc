/** The log: JSON lines for journald and files, readable lines for a terminal. Written at once, so none is lost. */
import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { Output } from './output.ts';
import type { LogLevel } from './settings/setting.ts';

export function createLog(level: LogLevel, output: Output): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!output.terminal) return pino(options, { write: (line) => output.out(line) });
  const pretty = prettyFactory({ colorize: true, singleLine: true, translateTime: 'SYS:HH:MM:ss' });
  return pino(options, { write: (line) => output.out(pretty(line) ?? '') });
}
