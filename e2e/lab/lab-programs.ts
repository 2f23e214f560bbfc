/** What the lab needs of the machine: Linux, root, namespaces, and programs of the distribution. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Needed, providePrograms } from './provide-programs.ts';
import { runCommand } from './run-command.ts';

const PROGRAMS: readonly Needed[] = [
  ['ip', 'iproute2'],
  ['tc', 'iproute2'],
  ['iptables', 'iptables'],
  ['turnserver', 'coturn'],
];

/** Installs what is missing, where it can. Returns why the lab can't run here, or undefined. */
export function provideLabPrograms(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux, for its network namespaces';
  if (process.getuid?.() !== 0) return 'needs root, to make network namespaces; type: sudo npm run lab';
  const missing = providePrograms(PROGRAMS);
  if (missing !== undefined) return missing;
  const name = `perch-${process.pid}-try`;
  try {
    runCommand('ip', ['netns', 'add', name]);
    runCommand('ip', ['netns', 'exec', name, 'iptables', '-t', 'nat', '-S']);
    return undefined;
  } catch (error) {
    return `can't make network namespaces here: ${(error as Error).message}`;
  } finally {
    if (existsSync(join('/run/netns', name))) runCommand('ip', ['netns', 'delete', name]);
  }
}
