/** The state folder as the commands use it. The server's code is loaded when a command needs it. */
import type { StateFolderError, TokenStore } from '@perch/server';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { formatLastServer, type LastServer, parseLastServer } from '../server-place.ts';

const LAST_SERVER_FILE = 'server.json';

/** @throws CommandFailure when the folder can't be used. */
export async function openTokens(stateDirectory: string): Promise<TokenStore> {
  const { openTokenStore } = await import('@perch/server');
  return await explainFolder(() => openTokenStore(stateDirectory));
}

/** Runs what uses the state folder. @throws CommandFailure for what is wrong with it */
export async function explainFolder<T>(task: () => T): Promise<T> {
  const { StateFolderError } = await import('@perch/server');
  try {
    return task();
  } catch (error) {
    throw error instanceof StateFolderError ? folderFailure(error) : error;
  }
}

/** Only a person can put a folder's rights and contents right; a full disk may get better. */
function folderFailure(error: StateFolderError): CommandFailure {
  const exitCode = error.reason === 'failed' ? EXIT.failed : EXIT.usage;
  return new CommandFailure(error.message, exitCode, { cause: error });
}

export function readLastServer({ folder }: TokenStore): LastServer | undefined {
  return parseLastServer(folder.read(LAST_SERVER_FILE));
}

export function rememberServer({ folder }: TokenStore, server: LastServer): void {
  folder.write(LAST_SERVER_FILE, formatLastServer(server));
}
