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
