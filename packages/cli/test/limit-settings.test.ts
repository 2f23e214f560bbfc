import { readFileSync } from 'node:fs';
import { LIMITS, type LimitName } from '@perch/server/limits';
import { expect, test } from 'vitest';
import { decideSettings } from '../src/settings/decide-settings.ts';
import { limitSettings, limitsOf } from '../src/settings/limit-settings.ts';
import { readOrigins } from '../src/settings/read-value.ts';
import { serveSettings } from '../src/settings/tables.ts';

const DOCS = readFileSync(new URL('../../../docs/LIMITS.md', import.meta.url), 'utf8');
const names = Object.keys(LIMITS) as LimitName[];

test.each(names)('the limit %s has a setting, and a line in docs/LIMITS.md with its default', (name) => {
  const { env = '', fallback } = limitSettings[name];
  expect(fallback).toBe(String(LIMITS[name].fallback));
  const cells = new RegExp(`^\\| \`${env}\` +\\| ${fallback} +\\| (.*?) +\\|$`, 'mu').exec(DOCS);
  expect(cells?.[1]).toBe(LIMITS[name].reason);
});

test('a limit is set in the environment, and the others stay', () => {
  const environment = { PERCH_LIMIT_VIEWERS_PER_STREAM: '7' };
  const decided = decideSettings(serveSettings, { flags: {}, environment, dotEnv: {} });
  if (!decided.ok) throw new Error(decided.problems.join('; '));
  expect(limitsOf(decided.values)).toMatchObject({ viewersPerStream: 7, streams: LIMITS.streams.fallback });
});

test.each(['0', '-1', 'many', '1.5', ''])('a limit of %j is refused', (text) => {
  expect(limitSettings.streams.read(text).ok).toBe(false);
});

test('origins are whole origins, or all', () => {
  const read = (text: string) => {
    const result = readOrigins(text);
    return result.ok ? result.value : 'refused';
  };
  expect(read('')).toEqual([]);
  expect(read('https://home.example, http://[::1]:8123')).toEqual([
    'https://home.example',
    'http://[::1]:8123',
  ]);
  expect(read('*')).toEqual(['*']);
  for (const text of ['home.example', 'https://home.example/', 'ws://home.example', 'https://*.example']) {
    expect(read(text)).toBe('refused');
  }
});
