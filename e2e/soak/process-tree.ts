/** Which processes a process started, and those again, as the kernel sees it (Linux). Zombies count. */
import { readdirSync, readFileSync } from 'node:fs';

export function descendants(pid: number): number[] {
  const children = childrenByParent();
  const found: number[] = [];
  for (const waiting = [pid]; waiting.length > 0; ) {
    const next = children.get(waiting.pop() ?? 0) ?? [];
    found.push(...next);
    waiting.push(...next);
  }
  return found;
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
}

/** proc_pid_stat(5): the program's name in parentheses, its state, its parent. */
function parentOf(pid: string): number | undefined {
  try {
    const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return Number(parent);
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}
