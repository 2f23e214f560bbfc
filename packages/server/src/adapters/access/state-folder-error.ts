/** Why the state folder can't be used: one sentence that names the fix. `cause` keeps the system's error. */
export type StateFolderReason = 'readable' | 'foreign' | 'denied' | 'failed';

export class StateFolderError extends Error {
  override readonly name = 'StateFolderError';
  readonly reason: StateFolderReason;

  constructor(reason: StateFolderReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }

  static from(cause: unknown, path: string): StateFolderError {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    switch (code) {
      case 'EACCES':
      case 'EPERM':
        return new StateFolderError(
          'denied',
          `this user may not use ${path}; run it as the server's user or with sudo, or choose another folder with --state-dir`,
          { cause },
        );
      case 'EROFS':
      case 'ENOTDIR':
      case 'EEXIST':
        return new StateFolderError(
          'denied',
          `${path} can't be made (${code}); choose another folder with --state-dir or PERCH_STATE_DIR`,
          { cause },
        );
      default:
        return new StateFolderError('failed', `${path} can't be used (${code})`, { cause });
    }
  }
}

/** Runs what uses files at `path`. @throws StateFolderError for whatever goes wrong. */
export function explainErrors<T>(path: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    throw error instanceof StateFolderError ? error : StateFolderError.from(error, path);
  }
}
