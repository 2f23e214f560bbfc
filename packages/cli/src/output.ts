/** The two streams of the terminal, and the one place that writes to them. */

export interface Output {
  /** What the person asked for. */
  out(text: string): void;
  /** What went wrong, and what to mind. */
  err(text: string): void;
  /** A terminal reads what `out` writes, and may be given colours. */
  readonly terminal: boolean;
  /** Columns of that terminal. */
  readonly columns: number;
}

/** Columns of a terminal that does not say. */
const USUAL_COLUMNS = 80;

export function processOutput(): Output {
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    terminal: process.stdout.isTTY === true,
    columns: process.stdout.columns ?? USUAL_COLUMNS,
  };
}
