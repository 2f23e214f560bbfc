/**
 * A program that gives bytes on its standard output. Owns the child and everything the child starts: they share a
 * process group, which gets SIGTERM and, two seconds later, SIGKILL. Its standard error goes to `onLogLine`. It holds
 * none of our sockets.
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { createInterface } from 'node:readline';
import { inheritedFiles } from './inherited-files.ts';

export interface ChildProgramEvents {
  onBytes(chunk: Uint8Array): void;
  onLogLine(line: string): void;
  /** The program ended by itself or could not be started; once, and not after `close`. */
  onExit(reason: string): void;
}

/** A camera program stops its sensor within a second; longer means that it hangs. */
const KILL_AFTER_MS = 2_000;

/** A line of a program's log is for people; longer ones are cut. */
const MAX_LOG_LINE_CHARS = 1_000;

export interface ChildProgramOptions {
  /** How long a program may take to end after SIGTERM. */
  readonly killAfterMs?: number;
}

export class ChildProgram {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #killAfterMs: number;
  #closing = false;

  constructor(
    command: string,
    args: readonly string[],
    events: ChildProgramEvents,
    { killAfterMs = KILL_AFTER_MS }: ChildProgramOptions = {},
  ) {
    this.#killAfterMs = killAfterMs;
    this.#child = start(command, args);
    const { stdout, stderr } = this.#child;
    stdout?.on('data', (chunk: Buffer) => {
      if (!this.#closing) events.onBytes(chunk);
    });
    if (stderr !== null) {
      createInterface({ input: stderr }).on('line', (line) =>
        events.onLogLine(line.slice(0, MAX_LOG_LINE_CHARS)),
      );
    }
    this.#exited = new Promise((resolve) => {
      const ended = (reason: string): void => {
        // What the program started may have outlived it and hold the camera.
        this.#signal('SIGKILL');
        resolve();
        if (this.#closing) return;
        this.#closing = true;
        events.onExit(reason);
      };
      this.#child.once('error', (error) => ended(`${command} could not be started: ${error.message}`));
      this.#child.once('close', (code, signal) => {
        ended(
          signal === null ? `${command} ended with exit code ${code}` : `${command} was ended by ${signal}`,
        );
      });
    });
  }

  /** Ends the program; resolves when it is gone. May be called twice. */
  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      this.#signal('SIGTERM');
      const timer = setTimeout(() => {
        this.#signal('SIGKILL');
        // A process that left the group may hold the output for ever; nobody reads it any more.
        this.#child.stdout?.destroy();
        this.#child.stderr?.destroy();
      }, this.#killAfterMs);
      void this.#exited.then(() => clearTimeout(timer));
    }
    await this.#exited;
  }

  #signal(signal: NodeJS.Signals): void {
    const group = this.#child.pid;
    if (group === undefined) return;
    try {
      process.kill(-group, signal);
    } catch {
      // ESRCH: the group is gone already.
    }
  }
}

/**
 * A socket that a program inherited stays open for as long as the program runs, its port taken, though we closed it.
 * Node can't close a file in a program that it starts ('ignore' leaves those from the fourth on as they are), but it can
 * put another in its place: one that nothing comes from.
 */
function start(command: string, args: readonly string[]): ChildProcess {
  const inherited = inheritedFiles();
  const stdio: Exclude<StdioOptions, string> = ['ignore', 'pipe', 'pipe'];
  if (inherited.length === 0) return spawn(command, args, { stdio, detached: true });
  const nothing = openSync(devNull, 'r+');
  try {
    while (stdio.length < Math.max(...inherited)) stdio.push('ignore');
    for (const file of inherited) stdio[file] = nothing;
    return spawn(command, args, { stdio, detached: true });
  } finally {
    closeSync(nothing);
  }
}
