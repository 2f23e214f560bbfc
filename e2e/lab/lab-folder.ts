/** A folder for a lab's own files. Its name carries the id of this process, as a namespace's does. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^perch-lab-(\d+)$/;

const own = join(tmpdir(), `perch-lab-${process.pid}`);

export function makeLabFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(join(tmpdir(), name), { recursive: true });
  }
  mkdirSync(own, { recursive: true });
  return own;
}

export function removeLabFolder(): void {
  rmSync(own, { recursive: true, force: true });
}
