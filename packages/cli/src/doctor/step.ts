/** One step of the walk: what it found, and what to do where it found nothing good. */

export type Outcome =
  | { readonly mark: 'ok'; readonly found: string; readonly note?: string }
  | { readonly mark: 'failed'; readonly found: string; readonly next: readonly string[] }
  | { readonly mark: 'skipped'; readonly found: string; readonly note?: string };

export interface Step {
  readonly name: string;
  readonly outcome: Outcome;
  readonly tookMs: number;
}

export function ok(found: string, note?: string): Outcome {
  return { mark: 'ok', found, ...(note === undefined ? {} : { note }) };
}

export function failed(found: string, ...next: readonly string[]): Outcome {
  return { mark: 'failed', found, next };
}

export function skipped(found: string, note?: string): Outcome {
  return { mark: 'skipped', found, ...(note === undefined ? {} : { note }) };
}

const MARK_COLUMNS = 8;
const NAME_COLUMNS = 12;

/** "ok      port         TCP 8080 is open (12 ms)", and under it what to do. */
export function formatStep({ name, outcome, tookMs }: Step): string {
  const { mark, found } = outcome;
  const time = mark === 'skipped' ? '' : ` (${Math.round(tookMs)} ms)`;
  const head = `${mark.padEnd(MARK_COLUMNS)}${name.padEnd(NAME_COLUMNS)} ${found}${time}`;
  const indent = ' '.repeat(MARK_COLUMNS);
  const below =
    outcome.mark === 'failed' ? outcome.next.map((line) => `-> ${line}`) : [outcome.note ?? []].flat();
  return [head, ...below.map((line) => indent + line), ''].join('\n');
}
