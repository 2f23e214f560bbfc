/** One setting for each of the server's limits, made from its table. */
import { LIMITS, type LimitName, type Limits } from '@perch/server/limits';
import { readLimit } from './read-value.ts';
import type { Setting } from './setting.ts';

const SECTION = 'Limits, only in the environment or .env; docs/LIMITS.md has the reasons:';

export const limitSettings = Object.fromEntries(
  (Object.keys(LIMITS) as LimitName[]).map((name) => [name, limitSetting(name)]),
) as { readonly [K in LimitName]: Setting<number> };

/** The limits among a command's values. */
export function limitsOf(values: Limits): Limits {
  return Object.fromEntries(
    (Object.keys(LIMITS) as LimitName[]).map((name) => [name, values[name]]),
  ) as Limits;
}

function limitSetting(name: LimitName): Setting<number> {
  const { fallback, reason } = LIMITS[name];
  return {
    env: `PERCH_LIMIT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
    section: SECTION,
    summary: reason,
    fallback: String(fallback),
    read: readLimit,
  };
}
