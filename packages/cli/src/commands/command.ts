/** What a command is: its words for the help, its settings, and what it does until the end. */
import type { Logger } from 'pino';
import type { Lifetime } from '../lifetime.ts';
import type { Output } from '../output.ts';
import type { CommandSettings, SettingValues } from '../settings/setting.ts';

export interface CommandContext {
  readonly lifetime: Lifetime;
  readonly output: Output;
  readonly log: Logger;
  /** One line on stderr that is not lost in the log. */
  warn(sentence: string): void;
}

export interface Command<S extends CommandSettings> {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  readonly settings: S;
  /** Help after the list of settings: what needs more than a line, and examples. */
  readonly moreHelp: string;
  /** How long closing may take before the process ends anyway. */
  readonly closeWithinMs: number;
  /** Resolves when the command ended by itself or the end was asked for; rejects with a CommandFailure. */
  run(values: SettingValues<S>, context: CommandContext): Promise<void>;
}

/** A command whose settings' types no longer matter. */
export type AnyCommand = Omit<Command<CommandSettings>, 'run'> & {
  run(values: never, context: CommandContext): Promise<void>;
};
