/**
 * A Linux network namespace: a host or router of the lab, with interfaces, routes and packet filter of its own. Its
 * name carries the id of this process, so that two labs do not meet, and what a dead one left can be told apart.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const NAME = /^perch-(\d+)-[a-z-]+/;

/** `ip netns exec` lays the files of this folder over /etc. */
const ETC = '/etc/netns';

const existing = new Set<Namespace>();

export class Namespace {
  readonly name: string;

  /** `hosts` are lines for /etc/hosts: nobody in the lab can ask for a name elsewhere. */
  constructor(role: string, hosts: readonly string[] = []) {
    this.name = `perch-${process.pid}-${role}`;
    mkdirSync(join(ETC, this.name), { recursive: true });
    writeFileSync(join(ETC, this.name, 'hosts'), ['127.0.0.1 localhost', ...hosts, ''].join('\n'));
    // Nobody listens there, so a question for a name is refused at once instead of timing out.
    writeFileSync(join(ETC, this.name, 'resolv.conf'), 'nameserver 127.0.0.1\n');
    runCommand('ip', ['netns', 'add', this.name]);
    existing.add(this);
    this.set('net.ipv6.conf.all.disable_ipv6', 1);
    this.ip('link set lo up');
  }

  /** Commands of `ip`, one a line. */
  ip(lines: string): void {
    runCommand('ip', ['-n', this.name, '-batch', '-'], lines);
  }

  run(command: string, args: readonly string[], input = ''): string {
    const [program = '', ...rest] = this.commandLine(command, args);
    return runCommand(program, rest, input);
  }

  /** What starts `command` in this namespace; it takes the place of `ip`, so its process id is the one spawned. */
  commandLine(command: string, args: readonly string[]): readonly string[] {
    return ['ip', 'netns', 'exec', this.name, command, ...args];
  }

  set(kernelSetting: string, value: number): void {
    const path = `/proc/sys/${kernelSetting.replaceAll('.', '/')}`;
    this.run('sh', ['-c', `echo ${value} > ${path}`]);
  }

  /** Ends every process in it, and removes it with all its interfaces. */
  remove(): void {
    existing.delete(this);
    remove(this.name);
  }
}

export function removeNamespaces(): void {
  for (const namespace of [...existing]) namespace.remove();
}

/** Removes what labs left behind whose process is no more. */
export function removeLeftOvers(): void {
  for (const line of runCommand('ip', ['netns', 'list']).split('\n')) {
    const [name, pid] = NAME.exec(line) ?? [];
    if (name !== undefined && !existsSync(`/proc/${pid}`)) remove(name);
  }
}

function remove(name: string): void {
  for (const pid of runCommand('ip', ['netns', 'pids', name]).split('\n')) {
    if (pid === '') continue;
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Ended meanwhile.
    }
  }
  runCommand('ip', ['netns', 'delete', name]);
  rmSync(join(ETC, name), { recursive: true, force: true });
}
