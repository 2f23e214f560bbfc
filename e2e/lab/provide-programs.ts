/** Programs of the distribution that tests need, installed where that can be done. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from './run-command.ts';

/** A program, and the Debian package that has it. */
export type Needed = readonly [program: string, debianPackage: string];

/** Returns why some are missing and what to type, or undefined when all are there. */
export function providePrograms(needed: readonly Needed[]): string | undefined {
  const missing = new Set(needed.filter(([program]) => !isOnPath(program)).map(([, name]) => name));
  if (missing.size === 0) return undefined;
  const install = ['install', '-y', ...missing];
  const command = `apt-get ${install.join(' ')}`;
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return `needs programs; type: sudo ${command}`;
  console.log(`the tests need more programs; installing them: ${command}`);
  try {
    runCommand('apt-get', ['-qq', 'update']);
    runCommand('apt-get', ['-qq', ...install]);
    return undefined;
  } catch {
    return `needs programs that could not be installed; type: ${command}`;
  }
}

function isOnPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}
