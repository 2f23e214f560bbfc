/**
 * Which open files of this process a program started now would get too. Node marks its own to be closed then; a native
 * library's sockets and pipes mostly are not. Linux only: elsewhere there is no /proc, and none are found.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Standard input, output and error are given to a program on purpose. */
const FIRST_OTHER_FILE = 3;

/** O_CLOEXEC, in the numbers of /proc/PID/fdinfo (proc_pid_fdinfo(5)); the same on x86-64 and ARM. */
const CLOSED_AT_EXEC = 0o2000000;

/** Their numbers, beyond the three standard ones. */
export function inheritedFiles(): number[] {
  return openFiles().filter((file) => file >= FIRST_OTHER_FILE && isInherited(file));
}

function openFiles(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number);
  } catch {
    return [];
  }
}

function isInherited(file: number): boolean {
  try {
    const [, flags] = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${file}`, 'utf8')) ?? [];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSED_AT_EXEC) === 0;
  } catch {
    // Closed meanwhile.
    return false;
  }
}
