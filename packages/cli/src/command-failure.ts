/** What ends a command early: one line for people that names the fix, and the exit code. */

/** The exit codes of every command; `--help` lists them. */
export const EXIT = { ended: 0, failed: 1, usage: 2, replaced: 3 } as const;

export type FailureCode = Exclude<(typeof EXIT)[keyof typeof EXIT], typeof EXIT.ended>;

export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: FailureCode;

  constructor(message: string, exitCode: FailureCode, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/**
 * The first line of what an error says, without control characters: it may quote a file or a peer. And without tokens:
 * a person may have typed one in the wrong place.
 */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return (text.split('\n', 1)[0] ?? '')
    .replace(/\p{Cc}/gu, ' ')
    .replace(TOKEN, '***')
    .trim();
}

/** Where an error comes from, in one line; what it says is `oneLine`'s. */
export function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return frames.map((frame) => frame.trim().replace(TOKEN, '***')).join('; ');
}

/** A JWT: each begins with the same brace, in base64. */
const TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g;
