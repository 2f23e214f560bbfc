/** Reads the `.env` file of the working folder. A missing file is fine; a broken one is a warning, never an end. */
import { readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';

export interface DotEnv {
  readonly values: Readonly<Record<string, string>>;
  /** Sentences for people, about lines that were left out or a file that can't be read. */
  readonly warnings: readonly string[];
  /** Users other than the owner may read the file. */
  readonly readableByOthers: boolean;
}

const NO_DOT_ENV: DotEnv = { values: {}, warnings: [], readableByOthers: false };

/** Group and others, any right. */
const OTHERS_MODE = 0o077;

export function readDotEnv(path: string): DotEnv {
  try {
    const mode = statSync(path).mode;
    return { ...parseDotEnv(readFileSync(path, 'utf8')), readableByOthers: (mode & OTHERS_MODE) !== 0 };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') return NO_DOT_ENV;
    return { ...NO_DOT_ENV, warnings: [`.env can't be read (${code}) and was left out`] };
  }
}

/**
 * `NAME=value`, `export NAME="value"`, comments, quotes, values over several lines: Node's own parser. It takes a
 * line without `=` for the start of the next line's name, so such lines are found and left out first.
 */
export function parseDotEnv(text: string): Pick<DotEnv, 'values' | 'warnings'> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const warnings: string[] = [];
  const kept: string[] = [];
  let openQuote: string | undefined;
  for (const [index, line] of lines.entries()) {
    if (openQuote !== undefined) {
      kept.push(line);
      if (line.includes(openQuote)) openQuote = undefined;
      continue;
    }
    const quote = /^\s*(?:export\s+)?[A-Za-z_]\w*\s*=\s*(["'`])/.exec(line);
    const rest = quote === null ? '' : line.slice(quote[0].length);
    const opens = quote !== null && !rest.includes(quote[1] ?? '');
    const closesLater = opens && lines.slice(index + 1).some((later) => later.includes(quote[1] ?? ''));
    if (closesLater) {
      openQuote = quote[1];
    } else if (opens) {
      warnings.push(`.env line ${index + 1} opens a quote that is never closed and was left out`);
      continue;
    } else if (!/^\s*(#.*|(?:export\s+)?[A-Za-z_][\w.-]*\s*=.*)?$/.test(line)) {
      warnings.push(`.env line ${index + 1} is not NAME=value and was left out`);
      continue;
    }
    kept.push(line);
  }
  return { values: parseEnv(kept.join('\n')) as Record<string, string>, warnings };
}
