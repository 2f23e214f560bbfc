import { readdir, readFile, readlink } from 'node:fs/promises';
import { PeerConnection } from 'node-datachannel';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ChildProgram } from '../src/adapters/camera/child-program.ts';

/** Runs a real program and keeps what it says. */
class Run {
  readonly lines: string[] = [];
  readonly exits: string[] = [];
  output = '';
  readonly program: ChildProgram;
  #waiting: (() => void)[] = [];

  constructor(command: string, args: readonly string[], options?: { killAfterMs: number }) {
    this.program = new ChildProgram(
      command,
      args,
      {
        onBytes: (chunk) => this.#change(() => (this.output += Buffer.from(chunk).toString())),
        onLogLine: (line) => this.#change(() => this.lines.push(line)),
        onExit: (reason) => this.#change(() => this.exits.push(reason)),
      },
      options,
    );
    onTestFinished(() => this.program.close());
  }

  /** Resolves once `holds` does. */
  async until(holds: (run: Run) => boolean) {
    while (!holds(this)) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #change(change: () => void) {
    change();
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

const shell = (script: string, options?: { killAfterMs: number }) => new Run('sh', ['-c', script], options);

/** The process ids that a script printed, one a line. */
const pids = (run: Run) => run.output.trim().split('\n').map(Number);

/** A process that ended but was not yet waited for by its new parent is gone too. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return !/^\d+ \(.*\) [ZX]/su.test(stat);
  } catch {
    return false;
  }
}

/** Keeps native sockets open: one that gathers candidates. Resolves when it has some. */
async function gatherCandidates() {
  const connection = new PeerConnection('test', { iceServers: [] });
  onTestFinished(() => connection.close());
  const gathered = new Promise<void>((resolve) => connection.onLocalCandidate(() => resolve()));
  connection.createDataChannel('test');
  await gathered;
}

/** The sockets and pipes that this process has open. */
async function ownSockets(): Promise<string[]> {
  const files = await readdir('/proc/self/fd');
  const targets = await Promise.all(files.map((file) => readlink(`/proc/self/fd/${file}`).catch(() => '')));
  return targets.filter((target) => /^(socket|pipe):/u.test(target));
}

describe('a program', () => {
  test('gives its output as bytes and its log as lines', async () => {
    const run = shell('printf "a\\0b"; echo one >&2; echo two >&2');
    await run.until(({ exits }) => exits.length > 0);
    await run.until(({ lines }) => lines.length === 2);
    expect([run.output, run.lines]).toEqual(['a\0b', ['one', 'two']]);
  });

  test('all of its output comes before the news that it ended', async () => {
    const run = shell('head -c 1000000 /dev/zero');
    await run.until(({ exits }) => exits.length > 0);
    expect(run.output).toHaveLength(1_000_000);
  });

  test('a line of its log that is too long is cut', async () => {
    const run = shell('head -c 5000 /dev/zero | tr "\\0" x >&2; echo >&2');
    await run.until(({ lines }) => lines.length > 0);
    expect(run.lines[0]).toHaveLength(1_000);
  });

  test.each([
    ['exit 3', 'sh ended with exit code 3'],
    ['kill -KILL $$', 'sh was ended by SIGKILL'],
  ])('%s: the reason says so, once', async (script, reason) => {
    const run = shell(script);
    await run.until(({ exits }) => exits.length > 0);
    await run.program.close();
    expect(run.exits).toEqual([reason]);
  });

  test('one that is not there is told like one that ended', async () => {
    const run = new Run('perch-no-such-program', []);
    await run.until(({ exits }) => exits.length > 0);
    await run.program.close();
    expect(run.exits).toEqual([
      'perch-no-such-program could not be started: spawn perch-no-such-program ENOENT',
    ]);
  });

  test.runIf(process.platform === 'linux')('holds none of the sockets of its parent', async () => {
    await gatherCandidates();
    const sockets = await ownSockets();
    expect(sockets).not.toEqual([]);
    const run = shell('ls -l /proc/self/fd/ | grep -oE "(socket|pipe):.*"');
    await run.until(({ exits }) => exits.length > 0);
    expect(run.output.split('\n').filter((target) => sockets.includes(target))).toEqual([]);
  });

  test('one that is not there is told so, whatever its parent has open', async () => {
    await gatherCandidates();
    const run = new Run('perch-no-such-program', []);
    await run.until(({ exits }) => exits.length > 0);
    expect(run.exits[0]).toContain('ENOENT');
  });

  test('what it left behind is ended with it', async () => {
    const run = shell('sleep 1000 >/dev/null 2>&1 & echo $!; exit 0');
    await run.until(({ exits }) => exits.length > 0);
    await expect.poll(() => isAlive(pids(run)[0]!)).toBe(false);
  });
});

describe('close', () => {
  test('ends the program and is not told as its end', async () => {
    const run = shell('echo $$; exec sleep 1000');
    await run.until(({ output }) => output.includes('\n'));
    await Promise.all([run.program.close(), run.program.close()]);
    await run.program.close();
    expect(run.exits).toEqual([]);
    expect(await isAlive(pids(run)[0]!)).toBe(false);
  });

  test('lets it tidy up', async () => {
    const run = shell('trap "echo tidy >&2; exit 0" TERM; echo ready; while :; do sleep 0.01; done');
    await run.until(({ output }) => output.includes('ready'));
    await run.program.close();
    // The shell may say first that the signal ended its child, too.
    await run.until(({ lines }) => lines.includes('tidy'));
  });

  test('ends what the program started, whether it holds the output or not', async () => {
    const run = shell('sleep 1000 & echo $!; sleep 1000 >/dev/null 2>&1 & echo $!; echo $$; wait');
    await run.until(({ output }) => output.split('\n').length > 3);
    await run.program.close();
    await expect.poll(() => Promise.all(pids(run).map(isAlive))).toEqual([false, false, false]);
  });

  test('a child of it that ignores SIGTERM and holds nothing is ended too', async () => {
    const run = shell('(trap "" TERM; echo ready; exec sleep 1000 >/dev/null 2>&1) & echo $!; wait');
    await run.until(({ output }) => /ready/u.test(output) && /\d/u.test(output));
    await run.program.close();
    const pid = Number(/\d+/u.exec(run.output)?.[0]);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test('one that ignores SIGTERM is killed', async () => {
    const run = shell('trap "" TERM; echo ready; while :; do sleep 0.01; done', { killAfterMs: 20 });
    await run.until(({ output }) => output.includes('ready'));
    await run.program.close();
    expect(run.exits).toEqual([]);
  });

  test('output that a process outside the group still holds does not keep it waiting', async () => {
    const run = shell('setsid sh -c "echo \\$\\$; exec sleep 1000" & wait', { killAfterMs: 20 });
    await run.until(({ output }) => output.includes('\n'));
    const [outside] = pids(run);
    onTestFinished(() => void process.kill(outside!, 'SIGKILL'));
    await run.program.close();
    expect(run.exits).toEqual([]);
  });

  test('after it no output is told', async () => {
    const run = shell('trap "echo late; exit 0" TERM; echo ready; while :; do sleep 0.01; done');
    await run.until(({ output }) => output.includes('ready'));
    await run.program.close();
    expect(run.output).toBe('ready\n');
  });
});
