/** What a process holds, as the kernel sees it (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessUse {
  readonly files: number;
  readonly threads: number;
  readonly residentMb: number;
}

export function processUse(pid: number): ProcessUse {
  const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    files: readdirSync(`/proc/${pid}/fd`).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
    residentMb: Number(resident) / 1024,
  };
}
