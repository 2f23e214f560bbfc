/**
 * The folder in which a server keeps what must outlive it: 0700, its files 0600. Whoever can read its secret can
 * sign any token, so a folder or file that others can read is refused, not repaired: it may have been read already.
 * Several processes may use it at once. A file appears whole or not at all, and what one process made exclusively
 * no other replaces, so there are no locks.
 */
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { explainErrors, StateFolderError } from './state-folder-error.ts';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** Group and others, any right. */
const OTHERS_MODE = 0o077;
/** Windows has neither such modes nor folders that can be synced. */
const HAS_MODES = process.getuid !== undefined;
/** How the names of files begin that are not whole yet. */
const HALF = '.half-';

export class StateFolder {
  readonly path: string;

  /** Makes the folder where there is none. @throws StateFolderError */
  constructor(path: string) {
    this.path = path;
    explainErrors(path, () => {
      if (fs.mkdirSync(path, { recursive: true, mode: FOLDER_MODE }) !== undefined) {
        giveToOwnerOf(dirname(path), (uid, gid) => fs.lchownSync(path, uid, gid));
      }
      refuseReadable(path, fs.statSync(path), FOLDER_MODE);
    });
  }

  /** The folder `name` in it, made where there is none. */
  folder(name: string): StateFolder {
    return new StateFolder(join(this.path, name));
  }

  /** Names of all files that are whole. */
  names(): string[] {
    const names = explainErrors(this.path, () => fs.readdirSync(this.path));
    return names.filter((it) => !it.startsWith(HALF));
  }

  /** The text of a file, or undefined when there is none. */
  read(name: string): string | undefined {
    const path = join(this.path, name);
    return explainErrors(path, () => {
      const file = openIfThere(path);
      if (file === undefined) return undefined;
      try {
        refuseReadable(path, fs.fstatSync(file), FILE_MODE);
        return fs.readFileSync(file, 'utf8');
      } finally {
        fs.closeSync(file);
      }
    });
  }

  /** Writes or replaces a file. */
  write(name: string, text: string): void {
    this.#put(name, text, fs.renameSync);
  }

  /** Writes a file unless it is there already, and says whether it did. */
  create(name: string, text: string): boolean {
    return this.#put(name, text, (half, path) => {
      try {
        // Unlike a rename, a link fails when another process was first.
        fs.linkSync(half, path);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST' || fs.existsSync(path)) return false;
        // A file system without links, such as a USB stick's: two who start in the same millisecond may both win.
        fs.renameSync(half, path);
        return true;
      }
    });
  }

  /** Removes a file and returns its text: of several processes one gets it, the others undefined. */
  take(name: string): string | undefined {
    const path = join(this.path, name);
    const taken = join(this.path, `${HALF}${randomUUID()}`);
    return explainErrors(path, () => {
      try {
        fs.renameSync(path, taken);
        return fs.readFileSync(taken, 'utf8');
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      } finally {
        fs.rmSync(taken, { force: true });
      }
    });
  }

  /** Nothing is wrong where there is no such file. */
  remove(name: string): void {
    const path = join(this.path, name);
    explainErrors(path, () => fs.rmSync(path, { force: true }));
  }

  #put<T>(name: string, text: string, publish: (half: string, path: string) => T): T {
    const path = join(this.path, name);
    const half = join(this.path, `${HALF}${randomUUID()}`);
    return explainErrors(path, () => {
      try {
        this.#writeWhole(half, text);
        const published = publish(half, path);
        syncFolder(this.path);
        return published;
      } finally {
        fs.rmSync(half, { force: true });
      }
    });
  }

  /** On the disk before it has its name, or a power cut leaves an empty file under that. */
  #writeWhole(path: string, text: string): void {
    const file = fs.openSync(path, 'wx', FILE_MODE);
    try {
      fs.writeSync(file, text);
      giveToOwnerOf(this.path, (uid, gid) => fs.fchownSync(file, uid, gid));
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  }
}

function refuseReadable(path: string, stat: fs.Stats, mode: number): void {
  if (!HAS_MODES || (stat.mode & OTHERS_MODE) === 0) return;
  throw new StateFolderError(
    'readable',
    `other users of this machine may read ${path}, which holds the key to every stream; ` +
      `run: chmod ${mode.toString(8)} ${path}`,
  );
}

/** What root makes, as by `sudo perch token`, is the server's to read: it gets the owner of the folder around it. */
function giveToOwnerOf(folder: string, give: (uid: number, gid: number) => void): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = fs.statSync(folder);
  if (uid !== 0) give(uid, gid);
}

/** A new name is on the disk only when its folder is: a revocation must outlive a power cut. */
function syncFolder(path: string): void {
  if (!HAS_MODES) return;
  const folder = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return fs.openSync(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
