/** What the lab needs of the machine: Linux, root, namespaces, and programs of the distribution. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from './run-command.ts';

/** Programs, and the Debian packages that have them. */
const PROGRAMS = [
  ['ip', 'iproute2'],
  ['tc', 'iproute2'],
  ['iptables', 'iptables'],
  ['turnserver', 'coturn'],
] as const;

/** Installs what is missing, where it can. Returns why the lab can't run here, or undefined. */
export function provideLabPrograms(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux, for its network namespaces';
  if (process.getuid?.() !== 0) return 'needs root, to make network namespaces; type: sudo npm run lab';
  const missing = new Set(PROGRAMS.filter(([program]) => !isOnPath(program)).map(([, name]) => name));
  if (missing.size > 0) {
    const install = ['install', '-y', ...missing];
    console.log(`the lab needs more programs; installing them: apt-get ${install.join(' ')}`);
    try {
      runCommand('apt-get', ['-qq', 'update']);
      runCommand('apt-get', ['-qq', ...install]);
    } catch {
      return `needs programs that could not be installed; type: apt-get ${install.join(' ')}`;
    }
  }
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

function isOnPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}
