/**
 * The composition root of `perch`: the only place that reads the command line and the environment. It decides the
 * settings, runs one command until it ends or is told to, and sets the exit code.
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { oneLine } from '@perch/protocol';
import { CommandFailure, EXIT, type FailureCode } from './command-failure.ts';
import type { AnyCommand } from './commands/command.ts';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { serve } from './commands/serve.ts';
import { stream } from './commands/stream.ts';
import { token } from './commands/token.ts';
import { Lifetime } from './lifetime.ts';
import { createLog } from './log.ts';
import { type Output, processOutput } from './output.ts';
import { endOnSignals, endWhenOutputIsGone, failOnUncaughtErrors } from './process-events.ts';
import { type Invocation, parseCommandLine } from './program.ts';
import { decideSettings, isExposed } from './settings/decide-settings.ts';
import { readDotEnv } from './settings/dot-env.ts';
import { formatConfig } from './settings/print-config.ts';
import type { LogLevel } from './settings/setting.ts';

const COMMANDS: readonly AnyCommand[] = [demo, serve, stream, token, doctor];

/** A closed program ends by itself; this is for native threads that a library left behind. */
const LINGER_MS = 100;

export async function main(argv: readonly string[]): Promise<void> {
  const output = processOutput();
  endWhenOutputIsGone();
  const name = ['perch', ...COMMANDS.map((it) => it.name).filter((it) => it === argv[2])].join(' ');
  const run = new Run(name, output);
  try {
    const invocation = parseCommandLine(argv, COMMANDS, { version: packageVersion(), output });
    if (invocation !== undefined) await run.run(invocation);
    process.exitCode = EXIT.ended;
  } catch (error) {
    process.exitCode = run.report(error);
  }
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** One run of one command, and what it knows about itself when it fails. */
class Run {
  readonly #name: string;
  readonly #output: Output;
  #logLevel: LogLevel = 'info';

  constructor(name: string, output: Output) {
    this.#name = name;
    this.#output = output;
  }

  async run({ command, flags, printConfig }: Invocation): Promise<void> {
    const { values, decisions } = this.#decide(command, flags);
    this.#logLevel = values.logLevel;
    if (printConfig) {
      this.#output.out(formatConfig(decisions));
      return;
    }
    const log = createLog(this.#logLevel, this.#output);
    failOnUncaughtErrors(log);
    const lifetime = new Lifetime();
    endOnSignals(lifetime);
    const context = { lifetime, output: this.#output, log, warn: (sentence: string) => this.#warn(sentence) };
    try {
      await Promise.race([command.run(values as never, context), lifetime.endAsked]);
    } finally {
      await this.#closeWithin(command.closeWithinMs, lifetime);
    }
  }

  /** Writes why the run failed, in one line, and says with which exit code. */
  report(error: unknown): FailureCode {
    const exitCode = error instanceof CommandFailure ? error.exitCode : EXIT.failed;
    const more = exitCode === EXIT.usage ? ` (see "${this.#name} --help")` : '';
    this.#output.err(`${this.#name}: ${oneLine(error)}${more}\n`);
    const debugging = this.#logLevel === 'debug' || this.#logLevel === 'trace';
    if (debugging && error instanceof Error) this.#output.err(`${inspect(error)}\n`);
    return exitCode;
  }

  #decide(command: AnyCommand, flags: Invocation['flags']) {
    const dotEnv = readDotEnv(resolve('.env'));
    for (const warning of dotEnv.warnings) this.#warn(warning);
    const exposed = Object.values(command.settings).find(
      (it) => it.secret && it.env && dotEnv.values[it.env],
    );
    if (exposed !== undefined && dotEnv.readableByOthers) {
      this.#warn(`.env holds ${exposed.env} and other users can read it; run: chmod 600 .env`);
    }
    const sources = { flags, environment: process.env, dotEnv: dotEnv.values };
    const decided = decideSettings(command.settings, sources);
    if (!decided.ok) throw new CommandFailure(decided.problems.join('; '), EXIT.usage);
    for (const { setting } of decided.decisions.filter(isExposed)) {
      this.#warn(
        `${setting.flag} has a secret in it, and other users of this machine can see it there; ` +
          `put it into ${setting.env} in the environment or .env`,
      );
    }
    return decided;
  }

  async #closeWithin(milliseconds: number, lifetime: Lifetime): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((settle) => {
      timer = setTimeout(() => settle(`closing took longer than ${milliseconds} ms`), milliseconds);
    });
    const closed = lifetime.close().then(
      () => undefined,
      (error: unknown) => `closing failed: ${oneLine(error)}`,
    );
    const trouble = await Promise.race([closed, late]);
    clearTimeout(timer);
    if (trouble !== undefined) this.#warn(trouble);
  }

  #warn(sentence: string): void {
    this.#output.err(`${this.#name}: warning: ${sentence}\n`);
  }
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
