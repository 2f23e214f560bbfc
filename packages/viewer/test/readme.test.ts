/** README.md is the manual of `<perch-player>`: it names all that the element has, and nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PerchPlayer } from '@perch/viewer';
import { describe, expect, test } from 'vitest';
import type { Status } from '../src/domain/status.ts';
import { eventsOf } from '../src/domain/status-events.ts';

const PLAYER = fileURLToPath(new URL('../src/player/', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The names in one column of the table under a heading. */
function namesIn(heading: string, column = 0): Set<string> {
  const section = readme.split('\n## ').find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const cells = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((row) => row.split('|')[column + 1] ?? '');
  return new Set(
    cells.flatMap((cell) => [...cell.matchAll(/`([\w-]+)(?:\(\w*\))?`/g)].map(([, name = '']) => name)),
  );
}

function sources(): string {
  return readdirSync(PLAYER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(PLAYER, name), 'utf8'))
    .join('\n');
}

const all = sources();
const element = ['live-element.ts', 'perch-player.ts']
  .map((name) => readFileSync(join(PLAYER, name), 'utf8'))
  .join('\n');

const found = (text: string, pattern: RegExp): Set<string> =>
  new Set([...text.matchAll(pattern)].map(([, name = '']) => name));

describe('the manual of <perch-player> has all, and nothing else, of its', () => {
  test('attributes', () => {
    // `state` is for style sheets: the element sets it, and does not read it.
    expect(namesIn('Attributes and properties')).toEqual(
      new Set([...PerchPlayer.observedAttributes, 'state']),
    );
  });

  test('properties', () => {
    expect(namesIn('Attributes and properties', 1)).toEqual(found(element, /^ {2}(?:declare|get) (\w+)/gm));
  });

  test('methods', () => {
    const methods = found(element, /^ {2}(?:async )?(\w+)\(/gm);
    methods.delete('constructor');
    expect(namesIn('Methods')).toEqual(methods);
  });

  test('events', () => {
    const statuses: readonly Status[] = [
      { state: 'idle' },
      { state: 'connecting', step: 'server' },
      { state: 'live', serverLost: false },
      { state: 'ended', why: 'replaced' },
      { state: 'refused', why: 'bad-source' },
    ];
    const events = found(all, /new (?:Custom)?Event(?:<\w+>)?\('(\w+)'/g);
    // The drawer's, which only the element hears.
    events.delete('close');
    for (const before of statuses) {
      for (const now of statuses) for (const event of eventsOf(before, now)) events.add(event);
    }
    expect(namesIn('Events')).toEqual(events.add('play'));
  });

  test('parts', () => {
    const parts = [...found(all, /\bpart="([^"]+)"/g)].flatMap((value) => value.split(' '));
    expect(namesIn('Parts')).toEqual(new Set(parts.map((part) => part.replace(/\$\{\w+\}/, 'NAME'))));
  });

  test('custom properties', () => {
    expect(namesIn('Custom properties')).toEqual(found(all, /var\((--perch-\w+)/g));
    const unlessGiven = (text: string, pattern: RegExp) =>
      new Map([...text.matchAll(pattern)].map(([, name, colour]) => [name, colour]));
    const styles = readFileSync(join(PLAYER, 'player-styles.ts'), 'utf8');
    expect(unlessGiven(readme, /^\| `(--perch-\w+)`.*`(#\w+)`/gm)).toEqual(
      unlessGiven(styles, /var\((--perch-\w+), (#\w+)\)/g),
    );
  });
});
