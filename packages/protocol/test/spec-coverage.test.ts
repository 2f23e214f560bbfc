/** Every rule of SPEC.md has a test that quotes its number, and no test quotes a rule that is not there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const RULE = /\[([A-Z]+\d+)\]/g;

function rulesIn(text: string): string[] {
  return [...text.matchAll(RULE)].map(([, rule = '']) => rule);
}

function testFiles(): string[] {
  const packages = readdirSync(join(ROOT, 'packages')).map((name) => join(ROOT, 'packages', name, 'test'));
  return [...packages, join(ROOT, 'e2e')].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => join(folder, name)),
  );
}

/** The rules that the names of tests quote; a rule in a comment or a string of its own does not count. */
function rulesTested(): Set<string> {
  const names = /\b(?:test|it|describe)(?:\.each\([\s\S]*?\))?\(\s*(['"`])((?:(?!\1)[\s\S])*)\1/g;
  return new Set(
    testFiles().flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(names)].flatMap(([, , name = '']) => rulesIn(name)),
    ),
  );
}

const specified = rulesIn(readFileSync(new URL('../SPEC.md', import.meta.url), 'utf8'));
const written = new Set(specified);
const tested = rulesTested();

test('SPEC.md numbers each rule once', () => {
  const defined = [
    ...readFileSync(new URL('../SPEC.md', import.meta.url), 'utf8').matchAll(/^- \*\*\[([A-Z]+\d+)\]/gm),
  ];
  expect(defined.length).toBeGreaterThan(40);
  expect(new Set(defined.map(([, rule]) => rule)).size).toBe(defined.length);
});

test('every rule has a test that quotes its number', () => {
  expect([...written].filter((rule) => !tested.has(rule))).toEqual([]);
});

test('no test quotes a rule that SPEC.md has not', () => {
  expect([...tested].filter((rule) => !written.has(rule))).toEqual([]);
});
