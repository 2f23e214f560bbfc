/** What a setting is. A table of these makes the help, the checks and `--print-config` of a command. */

/** As pino names them. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The outcome of a check. `reason` continues the sentence "the value is 'x': ...". */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

export function refused(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

export interface Setting<T> {
  /** The flag, with its dashes. Missing where a flag would give away a secret in the process list. */
  readonly flag?: `--${string}`;
  /** How help names the flag's value. Missing for a switch, which takes none. */
  readonly placeholder?: string;
  /** The name in the environment and in `.env`. */
  readonly env?: string;
  /** The heading under which help lists it, where it has no flag and is no secret. */
  readonly section?: string;
  /** One line of help. */
  readonly summary: string;
  /** The default, as a person would write it. Empty means not set. */
  readonly fallback: string;
  /** The default where it depends on the machine; `fallback` then says it in words. */
  readonly fallbackFrom?: (environment: Readonly<Record<string, string | undefined>>) => string;
  /** Checks a value as written and makes it what the program uses. */
  readonly read: (text: string) => Read<T>;
  /** Never shown, neither in a table nor in an error. */
  readonly secret?: boolean;
  /** How the value as written is shown, when part of it must not be. */
  readonly show?: (text: string) => string;
}

/** Keeps the type of a setting's value where a table is checked to be one. */
export function setting<T>(it: Setting<T>): Setting<T> {
  return it;
}

/** A command's settings, by the name that the program gives them: the flag in camelCase. */
export type SettingTable = Readonly<Record<string, Setting<unknown>>>;

/** Every command has this one: the log exists before the command does. */
export type CommandSettings = SettingTable & { readonly logLevel: Setting<LogLevel> };

export type SettingValues<S extends SettingTable> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};
