/** Which value each setting has, and who gave it: flags win over environment over `.env` over defaults. Pure. */
import type { Setting, SettingTable, SettingValues } from './setting.ts';

export type Origin = 'flag' | 'environment' | '.env' | 'default';

export interface Sources {
  /** By setting name. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** By environment name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly dotEnv: Readonly<Record<string, string | undefined>>;
}

/** One setting as it was decided. */
export interface Decision {
  readonly name: string;
  readonly setting: Setting<unknown>;
  /** As written, or as understood where that is text too. */
  readonly text: string;
  readonly origin: Origin;
}

export type Decided<S extends SettingTable> =
  | { readonly ok: true; readonly values: SettingValues<S>; readonly decisions: readonly Decision[] }
  | { readonly ok: false; readonly problems: readonly string[] };

export function decideSettings<S extends SettingTable>(table: S, sources: Sources): Decided<S> {
  const decisions: Decision[] = [];
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const decision = decide(name, setting, sources);
    const read = setting.read(decision.text);
    if (!read.ok) {
      problems.push(`${nameOrigin(decision)} is ${showValue(decision)}: it ${read.reason}`);
      continue;
    }
    values[name] = read.value;
    decisions.push(typeof read.value === 'string' ? { ...decision, text: read.value } : decision);
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, values: values as SettingValues<S>, decisions };
}

/** "--port", "PORT in the environment", "PORT in .env", "the default port". */
function nameOrigin({ name, setting, origin }: Decision): string {
  switch (origin) {
    case 'flag':
      return setting.flag ?? name;
    case 'environment':
      return `${setting.env} in the environment`;
    case '.env':
      return `${setting.env} in .env`;
    case 'default':
      return `the default ${name}`;
  }
}

/** A flag with something in its value that is hidden when it is shown, which the process list does not do. */
export function isExposed({ setting, text, origin }: Decision): boolean {
  return origin === 'flag' && setting.show !== undefined && setting.show(text) !== text;
}

/** The value as written, in quotes, without what must stay hidden. */
export function showValue({ setting, text }: Decision): string {
  if (setting.secret) return text === '' ? 'not set' : `hidden (${text.length} characters)`;
  const shown = (setting.show?.(text) ?? text).replace(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}');
  return `'${shown}'`;
}

/** An empty value in an environment is how files and containers say "not set"; an empty flag is a mistake. */
function decide(name: string, setting: Setting<unknown>, sources: Sources): Decision {
  const flag = setting.flag === undefined ? undefined : sources.flags[name];
  if (flag !== undefined) return { name, setting, text: flag, origin: 'flag' };
  if (setting.env !== undefined) {
    const environment = sources.environment[setting.env];
    if (environment) return { name, setting, text: environment, origin: 'environment' };
    const dotEnv = sources.dotEnv[setting.env];
    if (dotEnv) return { name, setting, text: dotEnv, origin: '.env' };
  }
  const text = setting.fallbackFrom?.(sources.environment) ?? setting.fallback;
  return { name, setting, text, origin: 'default' };
}
