/** Where a server keeps its secret and tokens unless it is told. Pure. */
import { join } from 'node:path';

export interface Machine {
  /** The user's number, or undefined where users have none. */
  readonly uid: number | undefined;
  readonly home: string;
}

/** In words, for the help. */
export const STATE_DIRECTORY_WORDS = '/var/lib/perch for root, else ~/.local/state/perch';

/**
 * systemd's folder where the unit asks for one. For root the same folder, so that `sudo perch token` finds what the
 * unit uses. Else as the XDG Base Directory Specification has it.
 */
export function defaultStateDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  { uid, home }: Machine,
): string {
  // Several are separated by colons.
  const [fromSystemd] = (environment['STATE_DIRECTORY'] ?? '').split(':');
  if (fromSystemd) return fromSystemd;
  if (uid === 0) return '/var/lib/perch';
  const xdg = environment['XDG_STATE_HOME'] ?? '';
  // The specification: a relative one is to be ignored.
  return join(xdg.startsWith('/') ? xdg : join(home, '.local', 'state'), 'perch');
}
