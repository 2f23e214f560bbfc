/** The command line made from the tables of settings: flags, help and usage errors. Runs nothing itself. */
import { Command as CommanderCommand, CommanderError, Option } from 'commander';
import { CommandFailure, EXIT } from './command-failure.ts';
import type { AnyCommand } from './commands/command.ts';
import type { Output } from './output.ts';
import type { Setting } from './settings/setting.ts';

/** A command and the flags that it was given, not yet checked. */
export interface Invocation {
  readonly command: AnyCommand;
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly printConfig: boolean;
}

const VALUES_HELP = `A value comes from the flag, else the environment, else the file .env in the
working folder, else the default. --print-config shows what was decided.`;

const EXIT_HELP = `Exit codes: 0 ended as asked, 1 failed, 2 wrong usage or configuration.
3 a streamer with a token was replaced by another one.`;

const OVERVIEW_HELP = `
"perch <command> --help" lists a command's settings, with examples.

Start here:
  perch demo                       a test picture in your browser
  perch serve                      on a server with a public address
  perch stream --signaling-url ws://203.0.113.7:8080
                                   on the Raspberry Pi
  perch token --view pi-camera-stream
                                   on the server: a link for who may watch
  perch doctor --link              where there is no picture

${EXIT_HELP}`;

/**
 * Reads the command line. Undefined when help or the version was asked for and has been written.
 * @throws CommandFailure with the exit code for wrong usage.
 */
export function parseCommandLine(
  argv: readonly string[],
  commands: readonly AnyCommand[],
  { version, output }: { version: string; output: Output },
): Invocation | undefined {
  let invocation: Invocation | undefined;
  const program = new CommanderCommand('perch')
    .description('Watch your own camera from anywhere.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', OVERVIEW_HELP);
  quiet(program, output);
  for (const command of commands) {
    const sub = program.command(command.name).summary(command.summary);
    quiet(sub, output);
    describe(sub, command).action((options: Record<string, string | boolean>) => {
      const { printConfig, ...flags } = options;
      const texts = Object.entries(flags).map(([name, value]) => [name, String(value)] as const);
      invocation = { command, flags: Object.fromEntries(texts), printConfig: printConfig === true };
    });
  }
  try {
    program.parse(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw usageFailure(error);
  }
  return invocation;
}

function describe(sub: CommanderCommand, command: AnyCommand): CommanderCommand {
  sub.description(`${capitalized(command.summary)}.`).helpOption('-h, --help', 'print this help');
  for (const setting of Object.values(command.settings)) {
    if (setting.flag === undefined) continue;
    const value = setting.placeholder === undefined ? '' : ` <${setting.placeholder}>`;
    sub.addOption(new Option(`${setting.flag}${value}`, describeSetting(setting)));
  }
  sub.option('--print-config', 'print what was decided and from where, then end');
  return sub
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      `\n${[VALUES_HELP, ...withoutFlagHelp(command), command.moreHelp, EXIT_HELP].join('\n\n')}`,
    );
}

const SECRET_SECTION = 'Only in the environment or .env (a flag would show in the process list):';

/** The settings without a flag, by their heading: secrets with what they are, others with their default. */
function withoutFlagHelp({ settings }: AnyCommand): string[] {
  const hidden = Object.values(settings).filter((it) => it.flag === undefined);
  const sections = new Map<string, string[]>();
  for (const { env = '', summary, section, fallback } of hidden) {
    const heading = section ?? SECRET_SECTION;
    const width = Math.max(...hidden.filter((it) => it.section === section).map((it) => it.env?.length ?? 0));
    const line = `  ${env.padEnd(width)}  ${section === undefined ? summary : fallback}`;
    sections.set(heading, [...(sections.get(heading) ?? []), line]);
  }
  return [...sections].map(([heading, lines]) => [heading, ...lines].join('\n'));
}

/** "TCP port ... (PORT, default 8080)". A switch is off by default. */
function describeSetting({ summary, env, fallback, placeholder }: Setting<unknown>): string {
  const byDefault = placeholder === undefined ? [] : [`default ${fallback || 'none'}`];
  const facts = [...(env === undefined ? [] : [env]), ...byDefault];
  return facts.length === 0 ? summary : `${summary} (${facts.join(', ')})`;
}

/** Errors are thrown, not written: one place writes them. */
function quiet(command: CommanderCommand, output: Output): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => output.out(text),
    writeErr: () => undefined,
    outputError: () => undefined,
    getOutHelpWidth: () => Math.min(output.columns, MAX_HELP_COLUMNS),
  });
}

/** Longer lines are hard to read, however wide the terminal. */
const MAX_HELP_COLUMNS = 110;

function usageFailure(error: CommanderError): CommandFailure {
  if (error.code === 'commander.help') {
    return new CommandFailure('which command? demo, serve, stream, token or doctor', EXIT.usage);
  }
  const message = error.message.replace(/^error: /, '').replace(/\n\(?D(id you mean .*?)\)?$/, '; d$1');
  return new CommandFailure(message.replace(/\s*\n\s*/g, ' '), EXIT.usage);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
