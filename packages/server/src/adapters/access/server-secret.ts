/** The file with the key that signs every token. Nothing in Perch shows it, whole or in part. */
import { randomBytes } from 'node:crypto';
import type { StateFolder } from './state-folder.ts';
import { StateFolderError } from './state-folder-error.ts';

const SECRET_BYTES = 32;
const SECRET_FILE = /^[\w-]{43}\n?$/;

/** Of two processes that start at once, one makes it and both use it. @throws StateFolderError */
export function readOrCreateSecret(folder: StateFolder): { secret: Uint8Array; created: boolean } {
  let created = false;
  if (folder.read('secret') === undefined) {
    const others = folder.names().filter((it) => !OUR_NAMES.has(it) && !it.startsWith('.'));
    if (others.length > 0) {
      throw new StateFolderError(
        'foreign',
        `${folder.path} has files of something else in it; choose an empty folder with --state-dir`,
      );
    }
    created = folder.create('secret', `${randomBytes(SECRET_BYTES).toString('base64url')}\n`);
  }
  const text = folder.read('secret') ?? '';
  if (!SECRET_FILE.test(text)) {
    throw new StateFolderError(
      'foreign',
      `${folder.path}/secret is not a secret that Perch made; put the right one back, or remove it for a new one, ` +
        'which makes every link and token invalid',
    );
  }
  return { secret: Buffer.from(text.trim(), 'base64url'), created };
}

/** What may be there before the secret: a volume's own folder, and what is left when the secret was removed. */
const OUR_NAMES: ReadonlySet<string> = new Set(['tokens', 'server.json', 'lost+found']);
