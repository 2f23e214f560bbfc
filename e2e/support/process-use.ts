/** What a process holds, as the kernel sees it (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessUse {
  readonly files: number;
  readonly threads: number;
  /** What it has allocated: heaps and stacks. */
  readonly anonymousMb: number;
  /** That and the pages of files, of code mostly, which the kernel takes back when it needs them. */
  readonly residentMb: number;
}

export function processUse(pid: number): ProcessUse {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    files: readdirSync(`/proc/${pid}/fd`).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
    anonymousMb: megabytes(status, 'RssAnon'),
    residentMb: megabytes(status, 'VmRSS'),
  };
}

/** One line of proc_pid_status(5). */
function megabytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
}
